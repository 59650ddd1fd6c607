-- uses: room_until
-- What was made under an idempotency key, so that the same request again makes nothing more.

-- What a key takes beside its name and value, about: 119 to 198 bytes were measured with names of 53 to 272 bytes and 73 in it
-- (Redis 7.0).
local KEY_BYTES = 190

-- Why nothing new may be made under an idempotency key that was used before, or nil.
local function repeated(tenant, idempotency, digest)
  if idempotency == '' then return end
  local seen = redis.call('GET', key.idempotency(tenant, idempotency))
  if not seen then return end
  local first, id = string.match(seen, '^(%S+) (.+)$')
  return { first == digest and 'seen' or 'mismatch', id, first }
end

local function key_bytes(tenant, idempotency, value) return KEY_BYTES + #key.idempotency(tenant, idempotency) + #value end

-- Why nothing may be made under a key ('' for none): as many are remembered as may be, until some are over in so many
-- milliseconds. Or nil.
local function too_many_keys(tenant, idempotency, digest, id, now)
  if idempotency == '' then return end
  local bytes = key_bytes(tenant, idempotency, digest .. ' ' .. id)
  if not full_until('idempotency', tenant, bytes, IDEMPOTENCY_BYTES) then return end
  -- While no reconciler runs.
  forget_slots(now)
  if not full_until('idempotency', tenant, bytes, IDEMPOTENCY_BYTES) then return end
  local first = redis.call('ZRANGE', key.slot_ends, 0, 0, 'WITHSCORES')
  return { 'keys', int(math.max(1000, (first[2] or now + 60000) - now)) }
end

-- Remembers a key for `lifetime` ms.
local function remember_key(tenant, idempotency, value, now, lifetime)
  redis.call('SET', key.idempotency(tenant, idempotency), value, 'PX', int(lifetime))
  count_until('idempotency', tenant, key_bytes(tenant, idempotency, value), now, tonumber(lifetime))
end

-- Before an id, under which key it is remembered what tries that again (`store.tries`). No client can send such a one.
local TRIED = 'tried → '

-- Why nothing new may be made to try `old` again ('' for what tries nothing again): what does is still there. Or nil.
local function tried(tenant, old, now)
  local id = old ~= '' and redis.call('GET', key.idempotency(tenant, TRIED .. old))
  if not id then return end
  local record = string.find(id, '^batch') and key.batch(tenant, id) or key.job(tenant, id)
  local there = get(record, 'status', 'expires_at')
  if there.status and not (there.expires_at and tonumber(there.expires_at) <= now) then return { 'tried', id } end
end

-- Remembers that `id` tries `old` again, which is kept as long as `id` and has ended: so long at most.
local function note_try(tenant, old, id, record, now)
  if old ~= '' then remember_key(tenant, TRIED .. old, id, now, redis.call('HGET', record, 'ttl_ms')) end
end
