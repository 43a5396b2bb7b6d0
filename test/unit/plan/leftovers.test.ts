import { describe, expect, it } from 'vitest';
import { LABEL } from '../../../src/model/names.js';
import type { ObservedContainer } from '../../../src/model/observed.js';
import { clearLeftovers, leftoversOf } from '../../../src/plan/leftovers.js';
import { plainPlan, StepList } from '../../../src/plan/steps.js';
import { planToText } from '../../../src/render/plan.js';
import { toObserved } from '../../support/memory-container.js';
import { MemoryEngine } from '../../support/memory-engine.js';
import { specOf } from '../../support/specs.js';

const JOB = { name: 'shop_job_once', service: 'job' };

/** A container of this name and with these labels, which has never run. */
async function container(name: string, labels: Readonly<Record<string, string>>): Promise<ObservedContainer> {
  const engine = new MemoryEngine();
  await engine.createContainer(specOf(name, 'shop', { labels }), { signal: new AbortController().signal });
  const [made] = engine.containers.values();
  if (!made) throw new Error('it was not made');
  return toObserved(made);
}

describe('what earlier runs of a job left', () => {
  it('is known by its label, whatever its name, and by its name where it is a one-off of the service', async () => {
    const oneOff = { [LABEL.oneOff]: 'True', [LABEL.service]: 'job' };
    const containers = await Promise.all([
      container('renamed', { ...oneOff, [LABEL.job]: JOB.name }),
      container(JOB.name, oneOff),
      container('shop_other_once', { ...oneOff, [LABEL.job]: 'shop_other_once' }),
      container('shop_job_run_1', oneOff),
    ]);
    expect(leftoversOf(containers, JOB).map(({ name }) => name)).toEqual(['renamed', JOB.name]);
  });

  it("is not somebody else's container of that name, nor the service's own", async () => {
    const containers = await Promise.all([
      container(JOB.name, {}),
      container(JOB.name, { [LABEL.oneOff]: 'False', [LABEL.service]: 'job' }),
      container(JOB.name, { [LABEL.oneOff]: 'True', [LABEL.service]: 'other' }),
    ]);
    expect(leftoversOf(containers, JOB)).toEqual([]);
  });

  it('is stopped first where it runs, then removed', async () => {
    const still = await container('still', {});
    const running = { ...(await container('running', {})), state: 'running' } as const;
    const steps = new StepList('s');
    clearLeftovers(steps, [still, running]);
    expect(planToText(plainPlan('p', steps.steps))).toMatchInlineSnapshot(`
      "remove still: the next run of the job
      stop running: left running by a tsfig that was killed
      remove running (after stop running): left running by a tsfig that was killed"
    `);
  });
});
