import { describe, expect, it } from 'vitest';
import type { ObservedImage } from '../../../src/model/observed.js';
import type { Step } from '../../../src/model/plan.js';
import { buildSteps, planImages } from '../../../src/plan/plan-images.js';
import { project } from '../load/read.js';

const FIG = `
web: { build: { context: ., args: [A=1, B=2] } }
worker: { build: { context: ., args: { B: 2, A: 1 } } }
other: { build: { context: ., args: [A=2] } }
db: { image: postgres }
replica: { image: postgres }
`;

const shop = project(FIG);
const services = [...shop.services.values()];
const named = (...names: readonly string[]) => services.filter(({ name }) => names.includes(name));
const seen = (...refs: readonly string[]): Map<string, ObservedImage> =>
  new Map(refs.map((ref) => [ref, { id: ref } as ObservedImage]));
const shown = (steps: readonly Step[]): string[] =>
  steps.map((step) =>
    step.kind === 'build-image'
      ? `build ${step.build.refs.join(' ')}: ${step.why.code}`
      : `${step.id}: ${step.why.code}`,
  );

describe('images', () => {
  it('build: equal builds are one step that names every image, and equal images are pulled once', () => {
    expect(shown(planImages(shop, services, seen(), { build: 'missing' }))).toEqual([
      'build shop_web shop_worker: missing',
      'build shop_other: missing',
      'pull postgres: missing',
    ]);
    const all = seen('shop_web', 'shop_worker', 'shop_other', 'postgres');
    expect(shown(planImages(shop, services, all, { build: 'always' }))).toEqual([
      'build shop_web shop_worker: asked-for',
      'build shop_other: asked-for',
    ]);
    expect(planImages(shop, services, all, { build: 'missing' })).toEqual([]);
  });

  it('build: only the image that is missing gets its name from an equal build', () => {
    const there = seen('shop_web', 'shop_other', 'postgres');
    expect(shown(planImages(shop, services, there, { build: 'missing' }))).toEqual(['build shop_worker: missing']);
    expect(() => planImages(shop, services, there, { build: 'never' })).toThrow('service worker needs the image');
  });

  it('build: services that share a build get the same image whichever of them is named', () => {
    const labels = (...names: readonly string[]) =>
      buildSteps(shop, named(...names), { build: 'always' }, { code: 'asked-for' }).map(
        (step) => step.kind === 'build-image' && [step.build.services, step.build.labels],
      );
    const project = { 'com.docker.compose.project': 'shop' };
    expect(labels('worker')).toEqual([[['worker'], project]]);
    expect(labels('web', 'worker', 'db')).toEqual([[['web', 'worker'], project]]);
    expect(labels('other')).toEqual([[['other'], { ...project, 'com.docker.compose.service': 'other' }]]);
  });
});
