-- Keeps the lines of a chunk whose batch is still being read, for a while only: `batch/create` makes a chunk of them.
-- ARGV: tenant, chunk, text, lifetime in ms
local record = key.job(ARGV[1], ARGV[2])
redis.call('HSET', record, 'text', ARGV[3])
redis.call('PEXPIRE', record, ARGV[4])
return 1
