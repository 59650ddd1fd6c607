-- uses: erasure
-- Puts a Celery message without the reviews that were erased into the place of the one that had them.
-- KEYS: the list or hash   ARGV: where it was seen, as an index or a field, SHA-1 of it, what is there from now on, how many
--   messages may have come before it in the list meanwhile; '': it is in a hash
-- Returns whether it was still there
local was, now_there, later = ARGV[2], ARGV[3], tonumber(ARGV[4])
even_when_full()
if not later then
  local there = redis.call('HGET', KEYS[1], ARGV[1])
  if not there or redis.sha1hex(there) ~= was then return 0 end
  redis.call('HSET', KEYS[1], ARGV[1], now_there)
else
  local at, place = tonumber(ARGV[1]), nil
  for i, there in ipairs(redis.call('LRANGE', KEYS[1], at, at + later)) do
    if redis.sha1hex(there) == was then
      place = at + i - 1
      break
    end
  end
  if not place then return 0 end
  redis.call('LSET', KEYS[1], int(place), now_there)
end
note_erasure(now_ms())
return 1
