import { expect, it } from 'vitest';
import { proxyVariables, withVariables } from '../../../../src/engine/docker/proxies.js';
import { MTU, toNetworkBody } from '../../../../src/engine/docker/to-docker.js';

const config = {
  proxies: {
    default: { httpProxy: 'http://proxy:3128', noProxy: 'localhost' },
    'tcp://10.0.0.1:2375': { httpsProxy: 'http://other:3128' },
  },
};

it('proxies: an engine gets those of its address, else the default ones, in capitals and in small letters', () => {
  expect(proxyVariables(config, 'unix:///var/run/docker.sock')).toEqual({
    HTTP_PROXY: 'http://proxy:3128',
    http_proxy: 'http://proxy:3128',
    NO_PROXY: 'localhost',
    no_proxy: 'localhost',
  });
  expect(proxyVariables(config, 'tcp://10.0.0.1:2375')).toEqual({
    HTTPS_PROXY: 'http://other:3128',
    https_proxy: 'http://other:3128',
  });
  expect(proxyVariables({}, 'unix:///var/run/docker.sock')).toEqual({});
});

it('proxies: what a container names itself stays as it is, also where it has no value', () => {
  const variables = { HTTP_PROXY: 'a', http_proxy: 'b', NO_PROXY: 'c' };
  expect(withVariables(['HTTP_PROXY=own', 'NO_PROXY', 'KEY=1'], variables)).toEqual([
    'HTTP_PROXY=own',
    'NO_PROXY',
    'KEY=1',
    'http_proxy=b',
  ]);
});

it('MTU: a network is made with that of the engine’s own network where it is not the usual one', () => {
  const network = { name: 'shop_default', subnet: null, gateway: null, dynamicRange: null, labels: {} };
  expect(toNetworkBody(network, '1400')['Options']).toEqual({ [MTU]: '1400' });
  expect(toNetworkBody(network, '1500')['Options']).toBeUndefined();
  expect(toNetworkBody(network)['Options']).toBeUndefined();
});
