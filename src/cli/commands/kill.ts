import { codeFor, examples, type Register } from '../command.js';

interface Flags {
  readonly signal: string;
}

export const registerKill: Register = (program, run) => {
  program
    .command('kill [SERVICE...]')
    .description('send a signal to running containers')
    .option('-s, --signal <name>', 'the signal', 'SIGKILL')
    .addHelpText('after', examples('tsfig kill', 'tsfig kill -s HUP web'))
    .action(async (services: string[], { signal }: Flags) => {
      await run(async ({ world, control, report, project, parallel }) => {
        const { kill } = await import('../../actions/kill.js');
        const result = await kill(world, { ...project, services, killSignal: signal, parallel }, control);
        return result.ok ? codeFor(result.value.outcomes) : report(result.problems);
      });
    });
};
