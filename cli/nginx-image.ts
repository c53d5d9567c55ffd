import { createHash } from 'node:crypto'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { ran } from './processes.ts'
import { Refusal } from './state.ts'

/** The two tags: one to run, one to roll out. Both hold the same nginx and differ in a label. */
export const NGINX_TAGS = ['nginx:stable', 'nginx:mainline'] as const
/** What is taken from the distribution: nginx, a shell, tar, the base commands, and the libraries that these need. */
const ROOTS = ['nginx', 'dash', 'tar', 'coreutils']
const WANTED = /^(lib|nginx|dash$|tar$|coreutils$|zlib1g$)/
const UNWANTED = /^(libperl|libnginx|libpython|libc-bin|libpam-(modules|runtime)|nginx-(doc|full|extras))/

const CONF = `worker_processes 1;
error_log /dev/stderr notice;
pid /run/nginx.pid;
events { worker_connections 256; }
http {
  include /etc/nginx/mime.types;
  access_log /dev/stdout;
  sendfile on;
  server { listen 80; root /usr/share/nginx/html; }
}
`

/**
 * Builds an image archive (\`docker load\`) with real nginx from the distribution's package: for machines that reach no
 * registry. Needs apt's package lists; changes nothing outside \`workDir\`. Returns the archive's path; built once.
 */
export async function buildNginxArchive(workDir: string): Promise<string> {
  const archive = join(resolve(workDir), 'nginx-image.tar')
  if (existsSync(archive)) return archive
  mkdirSync(workDir, { recursive: true })
  const scratch = mkdtempSync(join(resolve(workDir), 'nginx-'))
  try {
    await fillRoot(scratch, join(scratch, 'root'))
    await pack(scratch, archive)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return archive
}

/** Loads the archive into an Engine by its own command-less API: a stream of the file. */
export const nginxArchiveStream = (archive: string): NodeJS.ReadableStream => createReadStream(archive)

async function fillRoot(scratch: string, root: string): Promise<void> {
  const packages = await closure()
  const debs = join(scratch, 'debs')
  mkdirSync(debs)
  // apt-get download writes where it stands and drops privileges to _apt, which may not write into our folder.
  const quoted = packages.map((name) => `'${name}'`).join(' ')
  const got = await ran('sh', ['-c', `cd '${debs}' && apt-get -o APT::Sandbox::User=root -q download ${quoted}`])
  if (got.code !== 0) throw new Refusal(`nginx's packages could not be fetched: ${lastLine(got.err)}`)
  for (const deb of readdirSync(debs)) {
    const out = await ran('dpkg', ['-x', join(debs, deb), root])
    if (out.code !== 0) throw new Refusal(`${deb} could not be unpacked: ${lastLine(out.err)}`)
  }
  for (const folder of ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/info']) {
    rmSync(join(root, folder), { recursive: true, force: true })
  }
  for (const folder of ['tmp', 'run', 'var/lib/nginx', 'var/log/nginx', 'etc', 'usr/bin'])
    mkdirSync(join(root, folder), { recursive: true })
  // Where the root folders are real ones (Debian 12's packages), sh may be missing from /bin.
  if (!existsSync(join(root, 'bin/sh'))) symlinkSync('dash', join(root, 'bin/sh'))
  writeFileSync(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n',
  )
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n')
  writeFileSync(join(root, 'etc/nginx/nginx.conf'), `user www-data;\n${CONF}`)
}

/** Names of the packages to unpack: what the roots depend on, as far as a running nginx needs it. */
async function closure(): Promise<string[]> {
  const flags = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map((kind) => `--no-${kind}`)
  const found = await ran('apt-cache', ['depends', '--recurse', ...flags, ...ROOTS])
  if (found.code !== 0) throw new Refusal(`apt-cache knows no nginx (run \`apt-get update\`): ${lastLine(found.err)}`)
  const names = found.out.split('\n').filter((line) => /^\w/.test(line))
  return [...new Set([...ROOTS, ...names])]
    .filter((name) => WANTED.test(name) && !UNWANTED.test(name) && !name.includes(':'))
    .sort()
}

/** A docker-archive with two images that share their layer. https://github.com/moby/moby/blob/master/image/spec/v1.2.md */
async function pack(scratch: string, archive: string): Promise<void> {
  const stable = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0']
  const layer = join(scratch, 'layer.tar')
  await must('tar', [...stable, '-C', join(scratch, 'root'), '-cf', layer, '.'])
  const diffId = `sha256:${createHash('sha256').update(readFileSync(layer)).digest('hex')}`
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const manifest = NGINX_TAGS.map((tag) => {
    const config = {
      architecture,
      os: 'linux',
      created: '1970-01-01T00:00:00Z',
      config: {
        Cmd: ['nginx', '-g', 'daemon off;'],
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        ExposedPorts: { '80/tcp': {} },
        Labels: { 'podo.dev/tag': tag },
        StopSignal: 'SIGQUIT',
      },
      rootfs: { type: 'layers', diff_ids: [diffId] },
      history: [{ created: '1970-01-01T00:00:00Z', created_by: 'podo, from the distribution package of nginx' }],
    }
    const name = `${tag.replace(':', '-')}.json`
    writeFileSync(join(scratch, name), JSON.stringify(config))
    return { Config: name, RepoTags: [tag], Layers: ['layer.tar'] }
  })
  writeFileSync(join(scratch, 'manifest.json'), JSON.stringify(manifest))
  await must('tar', [
    ...stable,
    '-C',
    scratch,
    '-cf',
    `${archive}.new`,
    'manifest.json',
    'layer.tar',
    ...manifest.map((image) => image.Config),
  ])
  await must('mv', [`${archive}.new`, archive])
}

async function must(command: string, args: string[]): Promise<void> {
  const done = await ran(command, args)
  if (done.code !== 0) throw new Refusal(`${command} failed while building the nginx image: ${lastLine(done.err)}`)
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''
