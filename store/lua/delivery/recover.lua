-- uses: endpoint_health
-- Sends again what an endpoint missed: its failed deliveries, those that were dropped while it was disabled, and webhook
-- events that it was never told of. Only what can be sent; what waits, was delivered or is on its way stays as it is, and so
-- does what happened before the endpoint was made or its restaurant was granted.
-- ARGV: clock offset, tenant, endpoint, since and until in ms, part ('known' | 'jobs' | 'batches'), first of the index, most
-- Returns {sent again, whether there is more: 1, or -1 when too much waits to go on} | {-1, 0} when the endpoint is not enabled | {-2, seconds} too often
local tenant, endpoint, since, till = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local part, first, most = ARGV[6], ARGV[7], ARGV[8]
local base = key.endpoint(tenant, endpoint)
if redis.call('HGET', base, 'status') ~= 'enabled' then return { -1, 0 } end
if part == 'known' and first == '0' then
  local later = too_often(base, 'recover')
  if later then return { -2, later } end
end
local sent = 0
-- Whoever asks for this believes that the receiver is back: the breaker's next probe may start now.
if redis.call('HEXISTS', base .. ':health', 'open_until') == 1 then
  redis.call('HSET', base .. ':health', 'open_until', int(now))
end
if part == 'known' then
  local index = redis.call('ZRANGEBYSCORE', base .. ':deliveries', int(since), '+inf', 'LIMIT', first, most)
  for _, msg in ipairs(index) do
    local record = key.delivery(tenant, msg)
    local d = get(record, 'status', 'reason', 'type', 'subject', 'event_at')
    local missed = d.status == 'failed' or (d.status == 'dropped' and d.reason == 'endpoint_disabled')
    local kept = missed and asks_for(base, d.type) and d.type ~= 'endpoint.ping' and d.type ~= 'batch.progress'
      and not subject_gone(tenant, d)
    local from = kept and granted(base, restaurant_told(tenant, msg, d))
    local at = tonumber(d.event_at)
    if from and at >= from and at >= since and at <= till then
      if too_many_wait(tenant, d.type) then
        touch(tenant, endpoint)
        return { sent, -1 }
      end
      begin_again(tenant, msg, { 'trigger', 'recover', 'step', 0, 'lost', 0, 'next_at', int(now) })
      redis.call('HDEL', record, 'reason', 'ended_at')
      keep_delivery(record, WAITING_MS)
      redis.call('ZADD', base .. ':due', int(now), msg)
      keep_pending(tenant, msg, now)
      sent = sent + 1
    end
  end
  touch(tenant, endpoint)
  return { sent, #index == tonumber(most) and 1 or 0 }
end
-- When it ended says nothing of when it was made: it may have been scheduled, or waited, for as long as one likes. The
-- index holds what still has a record. Newest first, since it is the oldest that are purged between two calls.
local of_jobs = part == 'jobs'
local wanted = redis.call('HGET', key.endpoints(tenant), endpoint) or ''
local made = of_jobs and key.jobs(tenant) or key.batches(tenant)
local index = redis.call('ZREVRANGE', made, first, first + most - 1)
for _, id in ipairs(index) do
  local ended = get(of_jobs and key.job(tenant, id) or key.batch(tenant, id), 'status', 'finished_at')
  local event = of_jobs and 'job.' .. (ended.status or '') or 'batch.completed'
  -- What has not ended has no such time.
  local ended_at = tonumber(ended.finished_at or -1)
  local from = ended_at >= since and wants(wanted, tenant, event, id) and granted(base, restaurant_of(tenant, event, id))
  if from and ended_at >= from and ended_at <= till then
    local msg = delivery_id(id, endpoint)
    if not is_there(tenant, msg) then
      if too_many_wait(tenant, event) then return { sent, -1 } end
      make_delivery(tenant, msg, endpoint, event, id, tonumber(ended.finished_at), now, 'recover')
      sent = sent + 1
    end
  end
end
return { sent, #index == tonumber(most) and 1 or 0 }
