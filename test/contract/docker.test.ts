import { connectDocker } from '../../src/engine/docker/connect-docker.js';
import { describeEngine } from './engine-contract.js';

// Without an engine these fail: connectDocker says which address it tried.
describeEngine('a Docker engine', async () => ({
  engine: await connectDocker(process.env, new AbortController().signal),
  passProbe: () => undefined,
}));
