-- uses: room
-- How many bytes there are of what goes by itself and nobody looks at then, marks of what was deleted and idempotency keys:
-- they leave the sums of `key.bytes` by slots of time, each an eighth of a lifetime.

-- No more bytes than these are let in between two looks at Redis' memory, which takes longer than a script's other commands.
local LOOK = 65536

-- Whether so many bytes more would be more than there may be (`over_room`): `most` altogether or, where that is 0, a tenth of Redis'
-- `maxmemory`.
local function full_until(kind, tenant, bytes, most)
  if most == 0 then
    local all = tonumber(redis.call('HGET', key.bytes, kind) or 0)
    if math.floor(all / LOOK) == math.floor((all + bytes) / LOOK) then return false end
  end
  return over_room(kind, tenant, bytes, 0, most, 0.1) ~= nil
end

-- So many bytes more are there for `lifetime` ms.
local function count_until(kind, tenant, bytes, now, lifetime)
  local width = math.max(60000, math.ceil(lifetime / 8))
  local over = int((math.floor((now + lifetime) / width) + 1) * width)
  local slot = kind .. '|' .. tenant .. '|' .. over
  count_bytes(kind, tenant, bytes)
  if redis.call('HINCRBY', key.slot_bytes, slot, bytes) == bytes then redis.call('ZADD', key.slot_ends, over, slot) end
end

-- Takes what has gone out of the sums.
local function forget_slots(now)
  for _, slot in ipairs(redis.call('ZRANGEBYSCORE', key.slot_ends, '-inf', int(now), 'LIMIT', 0, 100)) do
    local kind, tenant = string.match(slot, '^(%w+)|(.*)|%d+$')
    count_bytes(kind, tenant, -(redis.call('HGET', key.slot_bytes, slot) or 0))
    redis.call('HDEL', key.slot_bytes, slot)
    redis.call('ZREM', key.slot_ends, slot)
  end
end
