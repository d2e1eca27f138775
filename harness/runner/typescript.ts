/**
 * For Node's own test runner, where Node does not take types away by itself:
 *
 *     node --import whitewater/typescript --test
 */
import { registerTypeScript } from '../campaign/import-module.ts';

registerTypeScript();
