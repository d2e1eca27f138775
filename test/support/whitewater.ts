/** Runs the built command as a person would. */
import { execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const bin = fileURLToPath(new URL('../../dist/scenarios/whitewater.js', import.meta.url));

/** Address of the built registry of the house, as the command line knows it. */
export const builtRegistryUrl = new URL('../../dist/scenarios/registry.js', import.meta.url).href;

/** `folder`: where it runs, and so where `failures/` would appear. */
export const whitewater = (folder: string, ...argv: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [bin, ...argv], { cwd: folder, maxBuffer: 1 << 26 }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ code, out, err });
    });
  });

/** The same, sent Ctrl-C as soon as it shows progress. */
export const interrupted = (folder: string, ...argv: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [bin, ...argv], { cwd: folder });
    let out = '';
    let err = '';
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => {
      if (err === '') child.kill('SIGINT');
      err += text.toString();
    });
    child.on('close', (code) => resolve({ code, out, err }));
  });
