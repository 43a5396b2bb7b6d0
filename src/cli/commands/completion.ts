import { Argument } from 'commander';
import { sanitizeLines } from '../../lib/safe-text.js';
import { examples, type Register } from '../command.js';
import { EXIT_OK } from '../exit-codes.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

export const registerCompletion: Register = (program, run) => {
  program
    .command('completion')
    .addArgument(new Argument('<SHELL>', 'the shell to complete in').choices(SHELLS))
    .description('print a script that makes a shell complete commands, options and services')
    .addHelpText('after', examples('source <(tsfig completion bash)', 'tsfig completion fish | source'))
    .action(async (shell: Shell) => {
      await run(async ({ output }) => {
        const { toTree } = await import('../completion/tree.js');
        const tree = toTree(program);
        await output.result(sanitizeLines((await SCRIPTS[shell]())(tree).trimEnd()));
        return EXIT_OK;
      });
    });
};

const SCRIPTS = {
  bash: async () => (await import('../completion/bash.js')).bashScript,
  zsh: async () => (await import('../completion/zsh.js')).zshScript,
  fish: async () => (await import('../completion/fish.js')).fishScript,
} as const;
