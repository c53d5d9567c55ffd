// `npm test`, `npm run check`, `npm run test:long`, `npm run bench`: installs what is missing, runs the stages in order,
// and ends with one line that counts them all. A stage that fails does not hide the ones after it.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { at, ensurePackages, nodeBinary, root } from '../cli/packages.js'

const bin = (name) => at('node_modules/.bin', name)
/** Every stage is one program. Those with `counts` write vitest's JSON report; the others count as one test. */
const STAGES = {
  types: { run: [bin('tsc'), ['-p', 'tsconfig.json']] },
  'types of the Worker': { run: [bin('tsc'), ['-p', 'worker']] },
  'types of api': { run: [bin('tsc'), ['-p', 'api']] },
  'types of control': { run: [bin('tsc'), ['-p', 'worker/control']] },
  'types of agent/pod': { run: [bin('tsc'), ['-p', 'agent/pod']] },
  'types of test/workerd': { run: [bin('tsc'), ['-p', 'test/workerd']] },
  lint: { run: [bin('oxlint'), ['--quiet', '.']] },
  format: { run: [bin('oxfmt'), ['--check', '.']] },
  unit: { run: [bin('vitest'), ['run', '--project', 'unit']], counts: true },
  bundles: { run: [nodeBinary, ['cli/build.js']] },
  workerd: { run: [bin('vitest'), ['run', '--project', 'workerd']], counts: true },
  e2e: { run: [bin('vitest'), ['run', '--project', 'e2e']], counts: true },
  long: { run: [bin('vitest'), ['run', '--project', 'long']], counts: true },
  'bundle of the bench': {
    run: [nodeBinary, ['-e', "import('./cli/build.js').then((build) => build.buildOne('bench'))"]],
  },
  bench: { run: [nodeBinary, ['dist/bench.mjs', ...process.argv.slice(3)]] },
}
const CHECK = [
  'types',
  'types of the Worker',
  'types of api',
  'types of control',
  'types of agent/pod',
  'types of test/workerd',
  'lint',
  'format',
  'unit',
]
const PLANS = {
  check: CHECK,
  all: [...CHECK, 'bundles', 'workerd', 'e2e'],
  long: ['bundles', 'long'],
  bench: ['bundles', 'bundle of the bench', 'bench'],
}

const plan = process.argv[2] ?? 'all'
// Checking is for while one works: a taste of the simulation, which CI runs in full.
if (plan === 'check') process.env.PODO_HISTORIES ??= '40'
if (!(plan in PLANS)) {
  process.stderr.write(`usage: node test/run.js [${Object.keys(PLANS).join(' | ')}]\n`)
  process.exit(2)
}
ensurePackages()
const scratch = mkdtempSync(join(tmpdir(), 'podo-test-'))
const total = { passed: 0, failed: 0, skipped: 0 }
for (const name of PLANS[plan]) await stage(name, STAGES[name])
rmSync(scratch, { recursive: true, force: true })
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
process.exit(total.failed === 0 ? 0 : 1)

async function stage(name, { run: [program, args], counts }) {
  const since = Date.now()
  const report = join(scratch, 'report.json')
  rmSync(report, { force: true })
  const extra = counts ? ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`] : []
  const command = typeof program === 'function' ? program() : program
  const code = await ended(command, [...args, ...extra])
  const counted = counts ? readReport(report) : undefined
  // A runner that fails without a report, or beside green tests (an unhandled error), has failed too.
  const result = counted ?? { passed: code === 0 ? 1 : 0, failed: 0, skipped: 0 }
  if (code !== 0 && result.failed === 0) result.failed = 1
  for (const key of Object.keys(total)) total[key] += result[key]
  const seconds = ((Date.now() - since) / 1000).toFixed(1)
  process.stdout.write(`${result.failed === 0 ? '✓' : '✗'} ${name} (${seconds} s)\n`)
}

function ended(command, args) {
  return new Promise((done) => {
    const path = `${at('node_modules/.bin')}:${process.env.PATH}`
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } })
    child.on('exit', (code) => done(code ?? 1))
    child.on('error', () => done(1))
  })
}

function readReport(path) {
  try {
    const {
      numPassedTests: passed,
      numFailedTests: failed,
      numPendingTests: pending,
      numTodoTests: todo,
    } = JSON.parse(readFileSync(path, 'utf8'))
    return { passed, failed, skipped: pending + todo }
  } catch {
    return undefined
  }
}
