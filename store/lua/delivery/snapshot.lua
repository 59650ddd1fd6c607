-- uses: endpoint_health
-- Reads everything that one attempt at a delivery needs, at one moment. Writes nothing.
-- ARGV: clock offset, tenant, msg, endpoint, trigger, URL that came with the job or '', what the event is about
-- ('job' | 'batch' | 'endpoint' | 'erasure'), its id, then the fields of its record
-- Returns {now by Redis' own clock, why nothing is sent or '', the record of the endpoint (or of what signs one-off
-- webhooks) as name, value, ..., the fields' values, result}
local tenant, msg, endpoint, trigger, url, about, id = unpack(ARGV, 2, 8)
local record, result = key.delivery(tenant, msg), false
if about == 'job' or about == 'batch' then record = told_from(tenant, about, id) end
if about == 'job' then
  result = redis.call('GET', key.result(celery_id(join_task(tenant, id)))) or redis.call('HGET', record, 'result')
end
local values = redis.call('HMGET', record, unpack(ARGV, 9))

-- What came with a job goes by its own URL and the tenant's secret for such webhooks.
local reason, signer = nil, key.endpoint(tenant, url ~= '' and 'once' or endpoint)
if url ~= '' then
  if redis.call('EXISTS', signer) == 0 then reason = 'no_secret' end
else
  local shut, all = closed(signer, endpoint)
  if shut and (all or not is_manual(trigger)) then reason = shut end
  -- It may have been limited since the delivery was made. A ping is about nobody.
  local ping = record == key.delivery(tenant, msg) and string.sub(id, 1, 5) == 'ping_'
  local type_ = about == 'erasure' and 'job.deleted' or about .. '.'
  local restaurant = restaurant_told(tenant, msg, { type = type_, subject = id })
  if not reason and not ping and not granted(signer, restaurant) then reason = 'not_granted' end
  -- Or asked for other events only. Whoever asks for this very one has it all the same.
  local event = redis.call('HGET', key.delivery(tenant, msg), 'type')
  if not reason and not is_manual(trigger) and event and not asks_for(signer, event) then reason = 'not_wanted' end
end
return { int(now_ms()), reason or '', redis.call('HGETALL', signer), values, result }
