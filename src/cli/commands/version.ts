import { joinLines, safe, sanitize, type SafeText } from '../../lib/safe-text.js';
import { hasCode } from '../../model/errors.js';
import { examples, type Context, type Register } from '../command.js';
import { EXIT_OK } from '../exit-codes.js';

interface Flags {
  readonly short?: boolean;
}

export const registerVersion: Register = (program, run) => {
  program
    .command('version')
    .description('print the versions of tsfig, Node and the engine')
    .option('--short', "only tsfig's own")
    .addHelpText('after', examples('tsfig version', 'tsfig version --short'))
    .action(async ({ short = false }: Flags) => {
      await run(async (context) => {
        const { version } = context.world;
        if (short) await context.output.result(sanitize(version));
        else {
          const own = [safe`tsfig ${version}`, safe`Node ${process.versions.node}`];
          await context.output.result(joinLines([...own, await engineLine(context)]));
        }
        return EXIT_OK;
      });
    });
};

async function engineLine({ world, control }: Context): Promise<SafeText> {
  try {
    const engine = await world.connectEngine(control.signal);
    const { engineVersion } = await engine.inspectHost(control);
    const { flavor, apiVersion } = await engine.engineInfo(control);
    return safe`${flavor === 'podman' ? 'Podman' : 'Docker Engine'} ${engineVersion} (API ${apiVersion}) at ${engine.address}`;
  } catch (error) {
    if (hasCode(error, 'engine-unreachable')) return safe`no engine: ${error.message}`;
    throw error;
  }
}
