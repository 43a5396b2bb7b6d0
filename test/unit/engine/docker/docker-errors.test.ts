import { describe, expect, it } from 'vitest';
import { codeOf, doing, fromDocker, Refusal } from '../../../../src/engine/docker/docker-errors.js';
import type { TsfigError } from '../../../../src/model/errors.js';

describe('a refusal', () => {
  // As told by Engine 20.10.24, unless another version is named.
  it.each([
    [
      500,
      'driver failed programming external connectivity on endpoint web (08): Bind for 0.0.0.0:80 failed: port is already allocated',
      'port-taken',
    ],
    [
      500,
      'driver failed: Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use',
      'port-taken',
    ],
    [
      500,
      'failed to set up container networking: failed to bind host port 0.0.0.0:80/tcp: address already in use',
      'port-taken',
    ], // 28.5
    [403, 'Address already in use', 'address-taken'],
    [403, 'Pool overlaps with other one on this address space', 'subnet-taken'],
    [403, 'failed to allocate gateway (172.24.0.1): Address already in use', 'subnet-taken'],
    [409, 'network with name shop_default already exists', 'name-taken'],
    [
      409,
      'Conflict. The container name "/web" is already in use by container "458c". You have to remove (or rename) it',
      'name-taken',
    ],
    [409, 'removal of container web is already in progress', 'engine-conflict'],
    [404, 'sandbox 486ad5a0fc42eb1131ce not found', 'container-restarting'],
    [409, 'Cannot kill container: web: Container 458c is not running', 'engine-conflict'],
    [403, 'error while removing network: network n id f7 has active endpoints', 'network-in-use'],
    [
      400,
      'OCI runtime create failed: runc create failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown',
      'command-not-found',
    ],
    [
      400,
      'OCI runtime create failed: exec: "/nosuch": stat /nosuch: no such file or directory: unknown',
      'command-not-found',
    ],
    [
      400,
      'OCI runtime create failed: runc create failed: exec: "/etc": permission denied: unknown',
      'command-not-executable',
    ],
    [400, 'OCI runtime create failed: exec: "/etc": is a directory: unknown', 'command-not-executable'], // 28.5
    [404, 'No such image: nosuch:1', 'image-not-found'],
    [404, 'No such container: web', 'container-not-found'],
    [404, 'network shop_default not found', 'not-found'],
    [400, 'client version 1.50 is too new. Maximum supported API version is 1.41', 'engine-too-old'],
    [500, 'something else', 'engine-refused'],
  ])('%d %s', (status, text, code) => {
    expect(codeOf(status, text, 'container-not-found')).toBe(code);
  });

  it('of an unknown thing is what the caller says it is', () => {
    expect(codeOf(404, 'get data: no such volume', 'not-found')).toBe('not-found');
  });

  it.each(['page not found', 'a proxy that knows nothing'])('of no thing at all is a refusal: %s', (text) => {
    expect(codeOf(404, text, 'container-not-found')).toBe('engine-refused');
  });

  it('says what was being done, in the engine’s words', () => {
    const error = new Refusal(500, 'broken\n');
    expect(fromDocker(error, doing('start web'))).toMatchObject({ message: 'cannot start web: broken', cause: error });
    const told = new Refusal(500, '{"message":"broken\\n"}');
    expect((fromDocker(told, doing('start web')) as TsfigError).message).toBe('cannot start web: broken');
  });
});

describe('a failure without an answer', () => {
  it.each([
    'ECONNREFUSED',
    'ENOENT',
    'EACCES',
    'ECONNRESET',
    'ENOTFOUND',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'HPE_INVALID_CONSTANT',
  ])('%s means that the engine is not reached', (code) => {
    const error = fromDocker(Object.assign(new Error('failed'), { code }), doing('list containers'));
    expect(error).toMatchObject({ code: 'engine-unreachable' });
    expect((error as TsfigError).hint).toContain('DOCKER_HOST');
  });

  it('that is a bug of ours stays one', () => {
    const bugs = [
      new TypeError('x is not a function'),
      Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_TYPE' }),
    ];
    for (const bug of bugs) expect(fromDocker(bug, doing('x'))).toBe(bug);
  });
});
