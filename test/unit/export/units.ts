import type { Deployment, UnitFile } from '../../../src/export/deployment.js';
import { planUnits, type UnitsWish } from '../../../src/export/plan-units.js';
import { project } from '../load/read.js';

/** A deployment of a fig.yml of the project "shop". */
export function deploy(text: string, wish: Partial<UnitsWish> = {}, over: Partial<Deployment> = {}): Deployment {
  const shop = project(text);
  const services = [...shop.services.keys()];
  return {
    project: shop.name,
    tsfig: ['/usr/bin/tsfig', '-f', '/srv/shop/fig.yml', '-p', 'shop'],
    environment: { PATH: '/usr/bin:/bin' },
    folder: '/srv/shop/units',
    engine: 'docker.service',
    units: planUnits(shop, { services, instances: {}, once: [], ...wish }),
    ...over,
  };
}

/** The text of one of the files. */
export function text(files: readonly UnitFile[], path: string): string {
  const found = files.find((file) => file.path === path);
  if (!found) throw new Error(`no ${path} in ${files.map((file) => file.path).join(', ')}`);
  return found.text;
}

export const paths = (files: readonly UnitFile[]): string[] =>
  files.map(({ path, executable }) => `${path}${executable ? '*' : ''}`);

export const SHOP = `
db: { image: postgres, stop_grace_period: 1m }
web: { image: nginx, links: [db] }
job: { image: busybox, links: [db], tsfig.once: true }
`;
