const TELL = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + ' kB'))`;

/** Has tsfig tell on standard error, as it exits, how much memory it took at most. */
export const TELLING_MEMORY = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(TELL)}` };

/** What it told, in megabytes; NaN when it told nothing. */
export const toldMegabytes = (stderr: string): number => Number(/peak (\d+) kB/.exec(stderr)?.[1]) / 1000;
