/** Plain data as bytes, and back: results and reports are most of what a fleet keeps, and shrink to a tenth. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';

export const packed = (value: object): Buffer => deflateRawSync(JSON.stringify(value), { level: 3 });

export const unpacked = <T>(bytes: Buffer): T => JSON.parse(inflateRawSync(bytes).toString('utf8')) as T;
