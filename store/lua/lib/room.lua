-- How many bytes there are of what gives way to nothing, uploaded files, feedback, webhooks that wait, marks and idempotency keys
-- (`key.bytes`): of each `kind` altogether, and as `kind|tenant` of each organisation.

local function count_bytes(kind, tenant, bytes)
  if bytes == 0 then return end
  for _, of in ipairs({ kind, kind .. '|' .. tenant }) do
    -- What an older release kept was not counted when it came.
    if redis.call('HINCRBY', key.bytes, of, int(bytes)) <= 0 then redis.call('HDEL', key.bytes, of) end
  end
end

-- Below so many bytes nobody looks how much memory there is.
local LITTLE = 1048576

-- Which limit so many bytes more would be over, or nil. `own`: an organisation's has as many as it may, `most_own` (0: no
-- limit). `all`: all together have, `most` or, where that is 0, this share of Redis' `maxmemory`. Nobody may have more than is left free
-- then: alone half of it, and however many fill theirs, there is room for the next (dynamic thresholds, Choudhury and Hahne 1998).
local function over_room(kind, tenant, bytes, most_own, most, share)
  local there = redis.call('HMGET', key.bytes, kind .. '|' .. tenant, kind)
  local own, all = (there[1] or 0) + bytes, (there[2] or 0) + bytes
  if most_own > 0 and own > most_own then return 'own' end
  if most == 0 then
    if all < LITTLE then return end
    most = share * tonumber(string.match(redis.call('INFO', 'memory'), 'maxmemory:(%d+)') or 0)
    if most == 0 then return end
  end
  if own + all > most then return 'all' end
end
