-- uses: endpoint_health
-- Sends again what an endpoint missed: its failed deliveries, those that were dropped while it was disabled, and webhook
-- events that it was never told of. Only what can be sent; what waits, was delivered or is on its way stays as it is.
-- ARGV: clock offset, tenant, endpoint, since in ms, part ('known' | 'untold'), first of the index, most
-- Returns {sent again, whether there is more} | {-1, 0} when the endpoint is not enabled
local tenant, endpoint, since, part, first, most = ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6], ARGV[7]
local base = key.endpoint(tenant, endpoint)
if redis.call('HGET', base, 'status') ~= 'enabled' then return { -1, 0 } end
local sent = 0
-- Whoever asks for this believes that the receiver is back: the breaker's next probe may start now.
if redis.call('HEXISTS', base .. ':health', 'open_until') == 1 then
  redis.call('HSET', base .. ':health', 'open_until', int(now))
end
if part == 'known' then
  local index = redis.call('ZRANGEBYSCORE', base .. ':deliveries', int(since), '+inf', 'LIMIT', first, most)
  for _, msg in ipairs(index) do
    local record = key.delivery(tenant, msg)
    local d = get(record, 'status', 'reason', 'type', 'subject')
    local missed = d.status == 'failed' or (d.status == 'dropped' and d.reason == 'endpoint_disabled')
    local kept = missed and (string.sub(d.type, 1, 4) ~= 'job.'
      or redis.call('HEXISTS', key.job(tenant, d.subject), 'status') == 1)
    if kept and d.type ~= 'endpoint.ping' then
      transition(record, DELIVERY_TRANSITIONS, 'pending',
        { 'trigger', 'recover', 'step', 0, 'lost', 0, 'next_at', int(now) })
      redis.call('HDEL', record, 'reason', 'ended_at')
      redis.call('PEXPIRE', record, int(LOG_MS + SAFETY_MS))
      redis.call('ZADD', base .. ':due', int(now), msg)
      redis.call('ZADD', key.pending, int(now), tenant .. ':' .. msg)
      sent = sent + 1
    end
  end
  touch(tenant, endpoint)
  return { sent, #index == tonumber(most) and 1 or 0 }
end
-- A job that ended since then was made at most a day before that.
local wanted = redis.call('HGET', key.endpoints(tenant), endpoint) or ''
local index = redis.call('ZRANGEBYSCORE', key.jobs(tenant), int(since - 86400000), '+inf', 'LIMIT', first, most)
for _, id in ipairs(index) do
  local job = get(key.job(tenant, id), 'status', 'finished_at', 'batch')
  local event = 'job.' .. (job.status or '')
  if TERMINAL[job.status] and not job.batch and tonumber(job.finished_at or 0) >= since
    and string.find(',' .. wanted .. ',', ',' .. event .. ',', 1, true) then
    local msg = delivery_id(id, endpoint)
    if redis.call('EXISTS', key.delivery(tenant, msg)) == 0 then
      make_delivery(tenant, msg, endpoint, event, id, tonumber(job.finished_at), now, 'recover')
      sent = sent + 1
    end
  end
end
return { sent, #index == tonumber(most) and 1 or 0 }
