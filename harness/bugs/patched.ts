/** The files of the core that a known bug changes, as they are with it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyPatch } from 'diff';
import { fileOf, type KnownBug } from './known-bug.ts';
import { projectFolder } from './project.ts';

/** Says why a patched core cannot be built. */
export class AsideError extends Error {
  override readonly name = 'AsideError';
}

/**
 * By path from the top, such as `core/raft/log.ts`.
 * @throws AsideError when it does not apply line by line
 */
export function patchedSources({ path, patches }: KnownBug): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const patch of patches) {
    const file = fileOf(patch);
    const source = join(projectFolder(), file);
    if (!existsSync(source))
      throw new AsideError(`${path}: it changes ${file}, which is not there any more: write the patch anew`);
    // No fuzz: a patch that lands somewhere near its place may plant another bug than it says.
    const changed = applyPatch(texts.get(file) ?? readFileSync(source, 'utf8'), patch, { fuzzFactor: 0 });
    if (changed === false) throw new AsideError(`${path}: it does not apply to ${file} any more: write the patch anew`);
    texts.set(file, changed);
  }
  return texts;
}
