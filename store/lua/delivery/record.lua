-- uses: delivery_told, endpoint_health
-- Writes down what became of one attempt. A worker whose lease was given to another changes nothing.
-- ARGV: clock offset, tenant, msg, attempt, verdict, delay in ms or '', reason, attempt as JSON, answer, how long it took in
--   ms or '', the fewest and the most deliveries that an endpoint is sent at once, whether it may end as a line (1)
-- Verdicts: succeeded | failed (the receiver's) | gone (it answered 410) | internal (ours: no blame) | dropped (not sent)
-- Returns {'late'} | {status, ms until the next attempt or '', what to log of the endpoint or ''}
local tenant, msg, attempt, verdict, delay, reason = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local record = key.delivery(tenant, msg)
local d = get(record, 'status', 'attempts', 'endpoint', 'trigger', 'before', 'next_at', 'type', 'subject',
  'started_at', 'unkept')
if d.status ~= 'sending' or d.attempts ~= attempt then return { 'late' } end
local endpoint, base = d.endpoint, key.endpoint(tenant, d.endpoint)
local manual = is_manual(d.trigger)
even_when_full()
redis.call('ZREM', base .. ':inflight', msg)

-- Of a batch of which lines were erased meanwhile the receiver's answer is not kept, as little as of a job or batch that
-- was deleted; of those nothing more is sent.
local answer = d.unkept == attempt and '' or ARGV[9]
if subject_gone(tenant, d) then
  answer = ''
  redis.call('HDEL', record, 'url')
  if verdict ~= 'succeeded' then verdict, reason = 'dropped', 'job_gone' end
end

local notice, next_at, status = ''
local shut = closed(base, endpoint)
-- An attempt that was under way when its owner named another URL, or enabled it anew, tells nothing of what it is now.
local former = tonumber(d.started_at) < tonumber(redis.call('HGET', base, 'fresh_at') or 0)
if former and verdict == 'gone' then verdict = 'failed' end
if shut and not manual and (verdict == 'failed' or verdict == 'internal') then verdict, reason = 'dropped', shut end
if not manual and not shut and not former then
  local least, most = tonumber(ARGV[11]), tonumber(ARGV[12])
  if ARGV[10] ~= '' and (verdict == 'succeeded' or verdict == 'failed') then
    note_pace(base, verdict == 'succeeded', tonumber(ARGV[10]), tonumber(d.started_at), least, most)
  end
  if verdict == 'succeeded' then
    note_success(base)
    count_window(base, true)
  elseif verdict == 'failed' or verdict == 'gone' then
    notice = note_failure(tenant, endpoint, msg)
    if verdict == 'gone' and notice ~= 'disabled' then
      disable(tenant, endpoint, 'gone')
      notice = 'disabled'
    end
  end
end

if verdict == 'succeeded' then
  status = end_delivery(tenant, msg, 'succeeded', '', now)
elseif verdict == 'dropped' then
  status = end_delivery(tenant, msg, 'dropped', reason, now)
elseif manual then
  if d.trigger == 'replay' and d.before == 'pending' then
    -- The schedule goes on as if the replay had not been.
    next_at, status = tonumber(d.next_at), 'pending'
    redis.call('HSET', record, 'trigger', 'schedule')
    redis.call('HDEL', record, 'before')
    keep_pending(tenant, msg, next_at)
    wait_again(tenant, msg, endpoint, ':due', next_at)
  else
    status = end_delivery(tenant, msg, 'failed', reason, now)
  end
elseif verdict == 'gone' or delay == '' then
  status = end_delivery(tenant, msg, 'failed', reason, now)
else
  next_at, status = now + tonumber(delay), 'pending'
  -- Whoever wrote this lives: it kills no worker.
  redis.call('HSET', record, 'trigger', 'schedule', 'next_at', int(next_at), 'reason', reason, 'lost', 0)
  if verdict == 'failed' then redis.call('HINCRBY', record, 'step', 1) end
  keep_delivery(record, WAITING_MS)
  keep_pending(tenant, msg, next_at)
  wait_again(tenant, msg, endpoint, ':due', next_at)
  if not too_many_wait(tenant, d.type) then emit_next_lines(tenant, msg, now) end
end
local told = verdict == 'succeeded' and ARGV[13] == '1' and keep_told(tenant, msg, ARGV[8], answer, now)
if ARGV[8] ~= '' then
  if not told then log_attempt(tenant, msg, next_at, ARGV[8], answer) end
  redis.call('HINCRBY', key.stats, 'attempt:' .. (verdict == 'succeeded' and 'ok' or reason), 1)
end
touch(tenant, endpoint)
return { status, next_at and int(next_at - now) or '', notice }
