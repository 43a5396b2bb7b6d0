import { MemoryEngine } from '../support/memory-engine.js';
import { describeEngine } from './engine-contract.js';

describeEngine('the engine in memory', () => {
  const engine = new MemoryEngine();
  return Promise.resolve({ engine, passProbe: (container) => engine.setHealth(container, 'healthy') });
});
