-- Whether there is an archive, for which the outbox is written.
-- ARGV: 'on', 'again' (unless it is on, or was turned off on purpose) or 'off'; most ends that the outbox keeps
-- Returns 1 when it was not on before
even_when_full()
if ARGV[1] == 'off' then
  redis.call('DEL', key.archive, key.outbox)
  redis.call('HSET', key.archive, 'off', 1)
  return 0
end
local before = get(key.archive, 'most', 'off')
if ARGV[1] == 'again' and (before.most or before.off) then return 0 end
redis.call('HSET', key.archive, 'most', ARGV[2])
redis.call('HDEL', key.archive, 'off')
return before.most and 0 or 1
