/** What must happen in Redis as a whole or not at all, as Lua. A full Redis refuses a script before its first write. */

/**
 * A chunk's result counts once; one that was set aside meanwhile is so no longer. KEYS: digests, results, totals, days,
 * causes, same, conflicts, aside.
 * ARGV: chunk, digest, result, day, now, number of counts, name and count each, then key, cause and seeds of each
 * cause. Gives `new`, `again`, or the digest that it had when that is another one.
 */
export const recordChunk = `
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then
  if known == ARGV[2] then return 'again' end
  redis.call('HSET', KEYS[7], ARGV[1], known .. ' ' .. ARGV[2])
  return known
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
redis.call('HDEL', KEYS[8], ARGV[1])
redis.call('HSET', KEYS[3], 'lastMs', ARGV[5])
local counts = tonumber(ARGV[6])
local at = 7
for i = 1, counts do
  redis.call('HINCRBY', KEYS[3], ARGV[at], ARGV[at + 1])
  redis.call('HINCRBY', KEYS[4], ARGV[4] .. ' ' .. ARGV[at], ARGV[at + 1])
  at = at + 2
end
while at <= #ARGV do
  redis.call('HSETNX', KEYS[5], ARGV[at], ARGV[at + 1])
  redis.call('HINCRBY', KEYS[6], ARGV[at], ARGV[at + 2])
  at = at + 3
end
return 'new'
`;

/** A chunk is set aside, unless somebody has done it after all. KEYS: digests, aside. ARGV: chunk, reason. */
export const setAside = `
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then redis.call('HSET', KEYS[2], ARGV[1], ARGV[2]) end
return 0
`;

/**
 * What stands before fresh seeds counts once, too. KEYS: first, causes, same. ARGV: name, what came of it, then key,
 * cause and seeds of each cause.
 */
export const recordFirst = `
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
for at = 3, #ARGV, 3 do
  redis.call('HSETNX', KEYS[2], ARGV[at], ARGV[at + 1])
  redis.call('HINCRBY', KEYS[3], ARGV[at], ARGV[at + 2])
end
return 1
`;

/**
 * Results of chunks become part of the sum, unless somebody else was quicker. KEYS: results, sum, its version.
 * ARGV: the version that the sum was read at, the new sum, then the chunks in it.
 */
export const foldResults = `
if (redis.call('GET', KEYS[3]) or '0') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('INCR', KEYS[3])
for i = 3, #ARGV do redis.call('HDEL', KEYS[1], ARGV[i]) end
return 1
`;

/** The first chunk that is not in the queue only ever grows. KEYS: next. ARGV: chunk. */
export const raiseNext = `
if tonumber(redis.call('GET', KEYS[1]) or '0') < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
return redis.call('GET', KEYS[1])
`;

/**
 * Reads many things as of one moment, also from a full Redis, which refuses every transaction. KEYS: what is read.
 * ARGV: for each the command, and a field or nothing.
 */
export const readAll = `
local answers = {}
for i = 1, #KEYS do
  local field = ARGV[2 * i]
  if field == '' then answers[i] = redis.call(ARGV[2 * i - 1], KEYS[i]) else answers[i] = redis.call(ARGV[2 * i - 1], KEYS[i], field) end
end
return answers
`;
