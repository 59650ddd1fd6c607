-- Notes which line of a chunk that killed workers is being judged: were the worker to die now, it would be that line's doing.
-- ARGV: tenant, id, tag, line or ''
local record = key.job(ARGV[1], ARGV[2])
even_when_full()
if redis.call('HGET', record, 'tag') ~= ARGV[3] then return end
if ARGV[4] == '' then redis.call('HDEL', record, 'judging') else redis.call('HSET', record, 'judging', ARGV[4]) end
