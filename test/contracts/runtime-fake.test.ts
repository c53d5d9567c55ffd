import { fakeClock } from '../../agent/runtime/fake-clock.ts'
import { fakeImage, fakeRuntime, type Command, type Program } from '../../agent/runtime/fake.ts'
import type { Runtime } from '../../agent/runtime/runtime.ts'
import { COMMANDS, EXECS, runtimeContract } from './runtime.ts'

const programs: Record<string, Program> = {
  [COMMANDS.sleep.join(' ')]: {},
  [COMMANDS.exit3.join(' ')]: { stdout: 'out\n', stderr: 'err\n', exit: { code: 3, after: 10 } },
  [COMMANDS.stubborn.join(' ')]: { stubborn: true },
  [COMMANDS.missing.join(' ')]: {
    startError: { message: 'stat /no/such/command: no such file or directory', code: 127 },
  },
}
const commands: Record<string, Command> = {
  [EXECS.both.join(' ')]: { stdout: 'out\n', stderr: 'err\n', code: 7 },
  [EXECS.cat.join(' ')]: {},
  [EXECS.sleep.join(' ')]: {},
  [EXECS.missing.join(' ')]: { error: 'stat /no/such/command: no such file or directory' },
}

runtimeContract(async () => {
  const clock = fakeClock()
  const program = (command: string): Program => programs[command] ?? {}
  const exec = (command: string[]): Command => commands[command.join(' ')] ?? { code: 0 }
  const runtime = fakeRuntime({ node: 'contract', clock, program, exec })
  runtime.images.set('podo/busybox:1', fakeImage('podo/busybox:1'))
  const other: Runtime = fakeRuntime({ node: 'other', clock, program })
  return {
    runtime,
    other,
    image: 'podo/busybox:1',
    async until(condition, what) {
      for (let turn = 0; turn < 100; turn += 1) {
        if (await condition()) return
        await clock.advance(100)
      }
      throw new Error(`never: ${what}`)
    },
    close: () => Promise.resolve(),
  }
})
