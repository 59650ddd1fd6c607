-- The archive's files have all that it had some time ago. ARGV: how long ago in ms, 1 if that counts only where nothing is known
even_when_full()
if ARGV[2] == '1' and redis.call('HGET', key.archive, 'filed') then return end
redis.call('HSET', key.archive, 'filed', string.format('%.3f', (now_ms() - ARGV[1]) / 1000))
