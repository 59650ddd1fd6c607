-- uses: restaurants, erasure, told, pending
-- Webhook deliveries. A waiting delivery lies in one of its endpoint's sets (`due`, or `manual`: pings and replays), a
-- leased one in `inflight`. `kritiq:due` says when to look at which endpoint: too early at worst, never too late.

-- Whether somebody asked for this one attempt: it waits apart, and tells nothing of the endpoint's health.
local function is_manual(trigger) return trigger == 'replay' or trigger == 'ping' end

-- Whoever listens to all of an organisation's hears of it.
local function announce_delivery(tenant, msg, status) redis.call('PUBLISH', key.delivery_changes(tenant), msg .. ' ' .. status) end

-- Wakes one delivery worker.
local function ring()
  if redis.call('LLEN', key.delivery_signal) == 0 then redis.call('LPUSH', key.delivery_signal, '1') end
end

-- The webhook-id: the same for every attempt, replay and recovery. No dots, since what is signed is `id.time.body`.
local function delivery_id(subject, endpoint)
  if string.find(subject, '[^%w_-]') then subject = redis.sha1hex(subject) end
  return 'msg_' .. subject .. '_' .. endpoint
end

-- How long there is what waits, and its log: beyond its next attempt, which may be days away.
local WAITING_MS = DELIVERY_LOG_MS + OVERDUE_MS

-- `event` is a value of webhooks.event.EventType, here and below.
local function make_delivery(tenant, msg, endpoint, event, subject, at, now, trigger, more)
  local record, base = key.delivery(tenant, msg), key.endpoint(tenant, endpoint)
  transition(record, DELIVERY_TRANSITIONS, 'pending', { 'endpoint', endpoint, 'type', event, 'subject', subject,
    'event_at', int(at), 'created_at', int(now), 'trigger', trigger, 'attempts', 0, 'step', 0, 'lost', 0,
    'next_at', int(now), 'restaurant', restaurant_of(tenant, event, subject) or '', unpack(more or {}) })
  redis.call('PEXPIRE', record, int(WAITING_MS))
  for _, index in ipairs({ key.deliveries(tenant), key.deliveries_of(tenant, subject), base .. ':deliveries' }) do
    redis.call('ZADD', index, int(now), msg)
    redis.call('ZREMRANGEBYSCORE', index, '-inf', int(now - WAITING_MS))
    redis.call('PEXPIRE', index, int(WAITING_MS))
  end
  redis.call('ZADD', base .. (is_manual(trigger) and ':manual' or ':due'), int(now), msg)
  keep_pending(tenant, msg, now)
  redis.call('ZADD', key.due, 'LT', int(now), tenant .. ':' .. endpoint)
  redis.call('HINCRBY', key.stats, 'made', 1)
  announce_delivery(tenant, msg, 'pending')
  ring()
end

-- Whether too much waits already for one more of this event, which is not made then; `delivery/recover` makes what tells of
-- ends when there is room again.
local function no_room(tenant, event)
  if not too_many_wait(tenant, event) then return false end
  redis.call('HINCRBY', key.stats, 'unmade', 1)
  return true
end

-- Tells one endpoint of a webhook event, in the same atomic write as what happened.
local function tell(tenant, endpoint, event, subject, now, more)
  if no_room(tenant, event) then return end
  local name = is_erasure(event) and subject .. '_' .. string.match(event, '%.(.+)$') or subject
  local msg = delivery_id(name, endpoint)
  -- An id that was used before and deleted since, lines of a batch that went before others, or an endpoint that was
  -- disabled twice: this is another one.
  while is_there(tenant, msg) do msg = msg .. '_' .. int(now) end
  make_delivery(tenant, msg, endpoint, event, subject, now, now, 'schedule', more)
end

-- Tells every enabled endpoint that asked for this type of webhook event, and is not limited to other restaurants.
-- Returns whether there is any.
local function emit(tenant, event, subject, now, more)
  local subscribed, any = redis.call('HGETALL', key.endpoints(tenant)), false
  for i = 1, #subscribed, 2 do
    if wants(subscribed[i + 1], tenant, event, subject) then
      tell(tenant, subscribed[i], event, subject, now, more)
      any = true
    end
  end
  return any
end

-- The restaurant that a delivery (its `type` and `subject`) is about, as `restaurant_of`; of what was deleted the delivery
-- itself has it.
local function restaurant_told(tenant, msg, d)
  if not is_erasure(d.type) then return restaurant_of(tenant, d.type, d.subject) end
  local restaurant = redis.call('HGET', key.delivery(tenant, msg), 'restaurant')
  return restaurant ~= '' and restaurant or nil
end

-- The endpoints that asked for an event of a batch that comes with a number of lines, and their numbers.
local function asked_by_lines(tenant, event, batch)
  local subscribed, asked = redis.call('HGETALL', key.endpoints(tenant)), {}
  for i = 1, #subscribed, 2 do
    local lines = string.match(',' .. subscribed[i + 1], ',' .. event .. '=(%d+)')
    if lines and wants(subscribed[i + 1], tenant, event .. '=' .. lines, batch) then
      asked[subscribed[i]] = tonumber(lines)
    end
  end
  return asked
end

-- Tells the endpoints that asked for it how far a batch is, when so many lines more have ended as they want between two
-- events. What has not been sent yet will tell all there is: then there is no second one.
local function emit_progress(tenant, batch, before, ended, now)
  for endpoint, lines in pairs(asked_by_lines(tenant, 'batch.progress', batch)) do
    if math.floor(ended / lines) > math.floor(before / lines) then
      local last = 'progress:' .. endpoint
      local waits = redis.call('HGET', key.batch(tenant, batch), last)
      local told_next = waits and redis.call('HGET', key.delivery(tenant, waits), 'status') == 'pending'
      if not told_next and not no_room(tenant, 'batch.progress') then
        local msg = delivery_id(batch .. '_progress_' .. int(ended), endpoint)
        make_delivery(tenant, msg, endpoint, 'batch.progress', batch, now, now, 'schedule')
        redis.call('HSET', key.batch(tenant, batch), last, msg)
      end
    end
  end
end

-- Tells an endpoint at most `most` lines of a chunk, those behind its first `before`.
local function tell_lines(tenant, endpoint, batch, chunk, before, most, at, now)
  local msg = delivery_id(batch .. '_' .. chunk .. '_' .. before, endpoint)
  if redis.call('EXISTS', key.delivery(tenant, msg)) == 1 then return end
  local part = { 'part', chunk .. ':' .. before .. ':' .. most }
  make_delivery(tenant, msg, endpoint, 'batch.lines', batch, at, now, 'schedule', part)
end

-- Tells the endpoints that asked for it the first lines of a chunk that has ended.
local function emit_lines(tenant, batch, chunk, now)
  for endpoint, most in pairs(asked_by_lines(tenant, 'batch.lines', batch)) do
    if not no_room(tenant, 'batch.lines') then tell_lines(tenant, endpoint, batch, chunk, 0, most, now, now) end
  end
end

-- The lines behind those that a delivery tells, once it was tried: of a chunk never more than one delivery waits for its
-- first attempt, however many lines there are. What goes on waiting itself has its next lines told when it has ended, where
-- there is no room for more before; what has ended has left room.
local function emit_next_lines(tenant, msg, now)
  local d = get(key.delivery(tenant, msg), 'part', 'endpoint', 'subject', 'event_at')
  if not d.part then return end
  local chunk, before, most = string.match(d.part, '^(%d+):(%d+):(%d+)$')
  local lines, next_ = redis.call('HGET', key.job(tenant, d.subject .. '.' .. chunk), 'lines'), int(before + most)
  if lines and tonumber(next_) < tonumber(lines) then
    tell_lines(tenant, d.endpoint, d.subject, chunk, next_, most, d.event_at, now)
  end
end

-- Tells the URL that came with a job. It has no endpoint record; breaker and limits go by this id. Of one that is encrypted
-- `is` is the same each time.
local function emit_once(tenant, event, subject, now, url, is)
  tell(tenant, 'once_' .. string.sub(is or redis.sha1hex(url), 1, 20), event, subject, now, { 'url', url })
end

-- Whether webhooks about a job or batch are still to be delivered, of this event or (nil) of any that tells of its record.
local function still_due(tenant, subject, event)
  for _, msg in ipairs(redis.call('ZRANGE', key.deliveries_of(tenant, subject), 0, -1)) do
    local d = get(key.delivery(tenant, msg), 'status', 'type')
    if (d.status == 'pending' or d.status == 'sending') and not is_erasure(d.type) and (event or d.type) == d.type then
      return true
    end
  end
  return false
end

-- All webhooks about a job or batch.
local function all_about(tenant, subject) return redis.call('ZRANGE', key.deliveries_of(tenant, subject), 0, -1) end

-- What receivers answered to webhooks about a job or batch is kept no longer than that.
local function forget_answers(tenant, messages)
  for _, msg in ipairs(messages) do
    local log = key.delivery(tenant, msg) .. ':attempts'
    for i, entry in ipairs(redis.call('LRANGE', log, 0, -1)) do
      redis.call('LSET', log, i - 1, string.match(entry, '^[^\n]*\n[^\n]*\n') or entry)
    end
  end
end

-- Whoever was the last to be told of what is past its time: the reconciler takes what was kept for that.
local function forget_unsent(tenant, event, subject, now)
  local about = string.match(event, '^(%a+)%.')
  if redis.call('EXISTS', key.unsent(tenant, about, subject)) == 0 or still_due(tenant, subject) then return end
  if about == 'job' then
    redis.call('ZADD', key.expiring, int(now), join_task(tenant, subject))
  else
    redis.call('DEL', key.unsent(tenant, about, subject))
    forget_answers(tenant, all_about(tenant, subject))
  end
end

-- How long from now there is a delivery, and its log.
local function keep_delivery(record, ms)
  redis.call('PEXPIRE', record, int(ms))
  redis.call('PEXPIRE', record .. ':attempts', int(ms))
end

-- A delivery that had ended is to be sent again.
local function begin_again(tenant, msg, fields)
  transition(key.delivery(tenant, msg), DELIVERY_TRANSITIONS, 'pending', fields)
  redis.call('ZREM', key.ended_deliveries, tenant .. ':' .. msg)
  announce_delivery(tenant, msg, 'pending')
end

-- Ends a delivery for good, or ends its replay: then it is again what it was before.
local function end_delivery(tenant, msg, status, reason, now)
  local record = key.delivery(tenant, msg)
  local d = get(record, 'endpoint', 'trigger', 'before', 'type', 'subject')
  if d.trigger == 'replay' and d.before ~= 'pending' and status ~= 'succeeded' then
    status = d.before
    transition(record, DELIVERY_TRANSITIONS, status)
  else
    transition(record, DELIVERY_TRANSITIONS, status, { 'reason', reason, 'ended_at', int(now) })
    redis.call('HINCRBY', key.stats, status, 1)
  end
  redis.call('HDEL', record, 'next_at', 'lease_until', 'before')
  keep_delivery(record, DELIVERY_LOG_MS)
  redis.call('ZADD', key.ended_deliveries, int(now), tenant .. ':' .. msg)
  redis.call('ZREMRANGEBYSCORE', key.ended_deliveries, '-inf', int(now - DELIVERY_LOG_MS))
  redis.call('PEXPIRE', key.ended_deliveries, int(DELIVERY_LOG_MS))
  for _, set in ipairs({ ':due', ':manual', ':inflight' }) do
    redis.call('ZREM', key.endpoint(tenant, d.endpoint) .. set, msg)
  end
  end_pending(tenant, msg)
  announce_delivery(tenant, msg, status)
  if status ~= 'dropped' then emit_next_lines(tenant, msg, now) end
  forget_unsent(tenant, d.type, d.subject, now)
  return status
end

-- One line of the attempts' log: when the next one is due, the attempt as JSON, the receiver's answer.
local function log_attempt(tenant, msg, next_at, entry, body)
  local record = key.delivery(tenant, msg) .. ':attempts'
  redis.call('RPUSH', record, (next_at and int(next_at) or '') .. '\n' .. entry .. '\n' .. body)
  redis.call('LTRIM', record, -50, -1)
  redis.call('PEXPIRE', record, int(next_at and WAITING_MS or DELIVERY_LOG_MS))
  if next_at then weigh_pending(tenant, msg, #entry + #body) end
end

-- Puts a leased delivery back to where it waits.
local function wait_again(tenant, msg, endpoint, set, at)
  local base = key.endpoint(tenant, endpoint)
  transition(key.delivery(tenant, msg), DELIVERY_TRANSITIONS, 'pending')
  redis.call('HDEL', key.delivery(tenant, msg), 'lease_until')
  redis.call('ZREM', base .. ':inflight', msg)
  redis.call('ZADD', base .. set, int(at), msg)
  announce_delivery(tenant, msg, 'pending')
end
