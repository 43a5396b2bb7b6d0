import type Docker from 'dockerode';

/** What a command writes inside a running container, both streams together, without the last newline. */
export async function inside(docker: Docker, container: string, ...command: readonly string[]): Promise<string> {
  const exec = await docker
    .getContainer(container)
    .exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, Tty: true });
  const stream = await exec.start({ Tty: true, hijack: true });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8').replaceAll('\r\n', '\n').replace(/\n$/, '');
}
