-- uses: delivery
-- Deliveries that end as a line, and are sent again from one (`lib/told.lua`).

-- Keeps of a delivery that has just succeeded a line, if that says all there is. `entry`: its attempt, as
-- JSON or ''. Returns whether it did.
local function keep_told(tenant, msg, entry, answer, now)
  local record = key.delivery(tenant, msg)
  local d = get(record, 'trigger', 'attempts', 'type', 'subject', 'endpoint', 'event_at', 'created_at', 'restaurant')
  local alone = d.trigger == 'schedule' and d.attempts == '1' and string.sub(d.type, 1, 4) == 'job.' and not is_erasure(d.type)
  -- One-off webhooks have an endpoint of another kind, and what was told twice another id.
  if not alone or #answer > LONGEST_ANSWER or msg ~= 'msg_' .. d.subject .. '_' .. d.endpoint
    or not string.find(d.endpoint, '^ep_%w+$') then return false end
  local place, field, bucket = told_place(tenant, d.subject)
  if field ~= '' and not is_near(bucket, now) then return false end
  local attempt, at = entry ~= '' and cjson.decode(entry) or {}, tonumber(d.event_at)
  if attempt.error then return false end
  put_line(tenant, d.subject, d.endpoint, table.concat({
    d.endpoint, d.event_at, int(d.created_at - at), attempt.started_at and int(attempt.started_at - at) or '', int(now - at),
    attempt.duration_ms and int(attempt.duration_ms) or '', attempt.status and int(attempt.status) or '', d.type,
    spelled(d.restaurant or ''), spelled(answer),
  }, ' '))
  redis.call('PEXPIRE', place, int(DELIVERY_LOG_MS))
  redis.call('ZADD', key.told_places, int(now), tenant .. ':' .. bucket)
  redis.call('ZREMRANGEBYSCORE', key.told_places, '-inf', int(now - DELIVERY_LOG_MS))
  redis.call('PEXPIRE', key.told_places, int(DELIVERY_LOG_MS))
  -- Lists of all its organisation's deliveries look into those of these endpoints.
  local to = key.told_to(tenant)
  redis.call('ZADD', to, int(now), d.endpoint)
  redis.call('ZREMRANGEBYSCORE', to, '-inf', int(now - DELIVERY_LOG_MS - OVERDUE_MS))
  redis.call('PEXPIRE', to, int(DELIVERY_LOG_MS + OVERDUE_MS))
  redis.call('DEL', record)
  redis.call('ZREM', key.deliveries(tenant), msg)
  redis.call('ZREM', key.deliveries_of(tenant, d.subject), msg)
  redis.call('ZREM', key.ended_deliveries, tenant .. ':' .. msg)
  return true
end

-- The opposite: `told` (`told_of`) is to be sent again, and waits by a record as all others do.
local function take_up_again(tenant, msg, told)
  local at, record, about = tonumber(told.event_at), key.delivery(tenant, msg), key.deliveries_of(tenant, told.subject)
  put_line(tenant, told.subject, told.endpoint)
  transition(record, DELIVERY_TRANSITIONS, 'pending', { 'endpoint', told.endpoint, 'type', told.type, 'subject',
    told.subject, 'event_at', told.event_at, 'created_at', int(at + told.created), 'trigger', told.trigger, 'attempts', 1,
    'step', 0, 'lost', 0, 'restaurant', told.restaurant, 'reason', '', 'ended_at', int(at + told.ended) })
  for _, index in ipairs({ about, key.deliveries(tenant) }) do
    redis.call('ZADD', index, int(at + told.created), msg)
    redis.call('PEXPIRE', index, int(DELIVERY_LOG_MS + OVERDUE_MS))
  end
  if told.started == '' then return end
  log_attempt(tenant, msg, nil, cjson.encode({
    number = 1, trigger = told.trigger, started_at = at + told.started, duration_ms = told.duration_ms, status = told.answered,
  }), told.answer)
end
