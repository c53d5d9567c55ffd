import { type FieldError, Path, invalidValue } from '../meta/field-error.ts'

/**
 * What a namespace's labels ask of its Pods: k8s.io/pod-security-admission/api.
 * https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */

export type Level = 'privileged' | 'baseline' | 'restricted'
/** The minor of `v1.x`. */
export type Version = number | 'latest'
export interface LevelVersion {
  readonly level: Level
  readonly version: Version
}
export interface Policy {
  readonly enforce: LevelVersion
  readonly audit: LevelVersion
  readonly warn: LevelVersion
}
type Labels = Readonly<Record<string, string>>

const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted']
const PREFIX = 'pod-security.kubernetes.io/'
const LABELS = Path.of('metadata').child('labels')

const OPEN: LevelVersion = { level: 'privileged', version: 'latest' }
/** What holds where no label says anything. */
export const PRIVILEGED: Policy = { enforce: OPEN, audit: OPEN, warn: OPEN }

export const textOf = ({ level, version }: LevelVersion): string =>
  `${level}:${version === 'latest' ? version : `v1.${version}`}`

export const isStricter = (a: Level, b: Level): boolean => LEVELS.indexOf(a) > LEVELS.indexOf(b)

export const isSame = (a: LevelVersion, b: LevelVersion): boolean => a.level === b.level && a.version === b.version

/** Nothing to look at, whatever the versions. */
export const isOpen = ({ enforce, audit, warn }: Policy): boolean =>
  [enforce, audit, warn].every(({ level }) => level === 'privileged')

function levelOf(label: string, labels: Labels, errors: FieldError[]): Level | 'wrong' | undefined {
  const text = labels[PREFIX + label]
  if (text === undefined) return undefined
  const level = LEVELS.find((one) => one === text)
  if (level !== undefined) return level
  errors.push(invalidValue(LABELS.key(PREFIX + label), text, `must be one of ${LEVELS.join(', ')}`))
  return 'wrong'
}

function versionOf(label: string, labels: Labels, errors: FieldError[]): Version | undefined {
  const text = labels[`${PREFIX}${label}-version`]
  if (text === undefined) return undefined
  const [, minor] = /^v1\.([0-9]|[1-9][0-9]*)$/.exec(text) ?? []
  if (text !== 'latest' && minor === undefined) {
    errors.push(invalidValue(LABELS.key(`${PREFIX}${label}-version`), text, 'must be "latest" or "v1.x"'))
  }
  return minor === undefined ? 'latest' : Number(minor)
}

/**
 * PolicyToEvaluate: always a policy that can be evaluated. A wrong level is `restricted` where it is enforced and
 * `privileged` elsewhere; who enforces more than is warned of is warned of that, too.
 */
export function policyOf(labels: Labels, defaults: Policy = PRIVILEGED): { policy: Policy; errors: FieldError[] } {
  const errors: FieldError[] = []
  const enforceLevel = levelOf('enforce', labels, errors)
  const enforce: LevelVersion = {
    level: enforceLevel === 'wrong' ? 'restricted' : (enforceLevel ?? defaults.enforce.level),
    version: versionOf('enforce', labels, errors) ?? defaults.enforce.version,
  }
  const lenient = (mode: 'audit' | 'warn'): { given: boolean; versioned: boolean; asked: LevelVersion } => {
    const level = levelOf(mode, labels, errors)
    const version = versionOf(mode, labels, errors)
    const asked: LevelVersion = {
      level: level === 'wrong' ? 'privileged' : (level ?? defaults[mode].level),
      version: version ?? defaults[mode].version,
    }
    return { given: level !== undefined, versioned: version !== undefined, asked }
  }
  const audit = lenient('audit').asked
  const { given, versioned, asked } = lenient('warn')
  const follows =
    !given && enforceLevel !== undefined && enforceLevel !== 'wrong' && isStricter(enforce.level, asked.level)
  const warn = follows ? { level: enforce.level, version: versioned ? asked.version : enforce.version } : asked
  return { policy: { enforce, audit, warn }, errors }
}
