-- uses: endpoint_health
-- Hands out deliveries whose time has come, each to one worker and for a while.
-- ARGV: clock offset, most, lease in ms, of these how many are kept for endpoints that have no more than CAP under way
-- Returns {ms until something is due or -1, {{name, value, name, value, ...}, ...}}, named as in webhooks.delivery.Lease
local most, lease, kept = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
-- A delivery whose worker died so often is not tried again: it may be what kills them.
local MOST_LOST = 5
-- Waiting deliveries of a closed endpoint that one call drops.
local SWEEP = 100
local out, held_back = {}, {}
even_when_full()

local function lost(tenant, endpoint, msg)
  local record = key.delivery(tenant, msg)
  local d = get(record, 'status', 'attempts', 'trigger', 'started_at')
  redis.call('ZREM', key.endpoint(tenant, endpoint) .. ':inflight', msg)
  if d.status ~= 'sending' then return end
  redis.call('HINCRBY', key.stats, 'lost', 1)
  local over = redis.call('HINCRBY', record, 'lost', 1) >= MOST_LOST
  log_attempt(tenant, msg, not over and now or nil, cjson.encode({
    number = tonumber(d.attempts), trigger = d.trigger, started_at = tonumber(d.started_at), error = 'worker_lost',
  }), '')
  if over then
    end_delivery(tenant, msg, 'failed', 'worker_lost', now)
  else
    wait_again(tenant, msg, endpoint, is_manual(d.trigger) and ':manual' or ':due', now)
  end
end

local function take(tenant, endpoint, set, free)
  local base = key.endpoint(tenant, endpoint)
  for _, msg in ipairs(redis.call('ZRANGEBYSCORE', base .. set, '-inf', int(now), 'LIMIT', 0, math.min(free, most - #out))) do
    local record = key.delivery(tenant, msg)
    local d = get(record, 'status', 'step', 'trigger', 'type', 'subject', 'event_at', 'url', 'next_at', 'part')
    redis.call('ZREM', base .. set, msg)
    -- The record is the truth: what does not wait by it, or has none any more, does not belong here.
    if d.status ~= 'pending' then
      if d.status ~= 'sending' then end_pending(tenant, msg) end
    else
      transition(record, DELIVERY_TRANSITIONS, 'sending', { 'lease_until', int(now + lease), 'started_at', int(now) })
      local attempt = redis.call('HINCRBY', record, 'attempts', 1)
      redis.call('ZADD', base .. ':inflight', int(now + lease), msg)
      announce_delivery(tenant, msg, 'sending')
      if set == ':due' and redis.call('HEXISTS', base .. ':health', 'open_until') == 1 then
        redis.call('HSET', base .. ':health', 'probe', msg)
      end
      out[#out + 1] = { 'tenant', tenant, 'id', msg, 'attempt', int(attempt), 'step', d.step, 'trigger', d.trigger,
        'endpoint', endpoint, 'type', d.type, 'subject', d.subject, 'event_at', d.event_at, 'url', d.url or '',
        'due_at', d.next_at or int(now), 'part', d.part or '' }
    end
  end
end

-- Drops what waits for an endpoint that is gone (all) or disabled (all but pings and replays, unless its owner did it).
local function drop(tenant, endpoint, set, reason)
  for _, msg in ipairs(redis.call('ZRANGE', key.endpoint(tenant, endpoint) .. set, 0, SWEEP - 1)) do
    if redis.call('HGET', key.delivery(tenant, msg), 'status') == 'pending' then
      end_delivery(tenant, msg, 'dropped', reason, now)
    else
      redis.call('ZREM', key.endpoint(tenant, endpoint) .. set, msg)
    end
  end
end

for _, member in ipairs(redis.call('ZRANGEBYSCORE', key.due, '-inf', int(now), 'LIMIT', 0, 100)) do
  if #out >= most then break end
  local tenant, endpoint = string.match(member, '^([^:]+):(.+)$')
  local base = key.endpoint(tenant, endpoint)
  for _, msg in ipairs(redis.call('ZRANGEBYSCORE', base .. ':inflight', '-inf', int(now))) do
    lost(tenant, endpoint, msg)
  end
  local shut, all = closed(base, endpoint)
  if shut then drop(tenant, endpoint, ':due', shut) end
  if all then drop(tenant, endpoint, ':manual', shut) end
  local _, _, busy = room(base)
  if busy < CAP and not all then take(tenant, endpoint, ':manual', CAP - busy) end
  local free, open_until, under_way = room(base)
  if free > 0 and open_until <= now and not shut then
    local allowed = math.min(free, math.max(CAP - under_way, most - kept - #out))
    held_back[member] = allowed < free or nil
    if allowed > 0 then take(tenant, endpoint, ':due', allowed) end
  end
  touch(tenant, endpoint, held_back[member])
end
-- What is next, but for what waits until this worker has more hands free.
local first, due = {}, redis.call('ZRANGE', key.due, 0, 100, 'WITHSCORES')
for i = 1, #due, 2 do
  if not held_back[due[i]] then
    first = { due[i], due[i + 1] }
    break
  end
end
if not first[2] then return { -1, out } end
-- More than this worker can take: another may have a free hand.
if #out >= most and tonumber(first[2]) <= now then ring() end
return { int(math.max(0, tonumber(first[2]) - now)), out }
