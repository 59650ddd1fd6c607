-- uses: restaurants, room
-- Deliveries that wait for an attempt, and how many bytes they take.

-- What one that waits takes with its places in the indexes and no attempt, about: 1,213 bytes of Redis 7.0 were measured.
local WAITING_BYTES = 1500

-- It waits for an attempt at that time.
local function keep_pending(tenant, msg, at)
  if redis.call('ZADD', key.pending, int(at), tenant .. ':' .. msg) == 1 then count_bytes('webhooks', tenant, WAITING_BYTES) end
end

-- It takes so many bytes more: receivers say how long their answers are, and these are kept of each attempt.
local function weigh_pending(tenant, msg, bytes)
  redis.call('HINCRBY', key.delivery(tenant, msg), 'weighs', bytes)
  count_bytes('webhooks', tenant, bytes)
end

-- It waits no more.
local function end_pending(tenant, msg)
  if redis.call('ZREM', key.pending, tenant .. ':' .. msg) == 0 then return end
  local weighs = redis.call('HGET', key.delivery(tenant, msg), 'weighs')
  if weighs then redis.call('HDEL', key.delivery(tenant, msg), 'weighs') end
  count_bytes('webhooks', tenant, -WAITING_BYTES - (weighs or 0))
end

-- Whether too much waits already for one more: receivers that are down must not fill Redis. What tells of a deletion has twice
-- the room.
local function too_many_wait(tenant, event)
  local times = is_erasure(event) and 2 or 1
  local most_own, most = times * MAX_WEBHOOKS_BYTES, times * WEBHOOKS_BYTES
  return over_room('webhooks', tenant, WAITING_BYTES, most_own, most, 0.25 * times) ~= nil
end
