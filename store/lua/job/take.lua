-- uses: attempt, choice
-- Starts an attempt at one job whose message a stock Celery worker has consumed; kombu, not Kritiq, holds that message.
-- ARGV: tag, tenant, id, lease in ms, message of ours, then the versions of models that the worker serves
-- Returns {what claim.lua returns for a job, the attempt before that was lost if it is told (`traced_attempt`)}, without
-- the first or nothing when there is nothing to do: also of one that needs another version, which waits on
local tag, tenant, id, lease = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local now = now_ms()
even_when_full()
local record = key.job(tenant, id)
local job = get(record, 'status', 'weight', 'queue', 'deadline_at', 'list')
local lost
local held_until = tonumber(redis.call('ZSCORE', key.live, join_task(tenant, id)) or 0)

-- The message stands for nothing that is to be done now.
local function nothing()
  for _, queue in ipairs(QUEUES) do pass_turn(tenant, queue, 0) end
  return nil
end

if job.status == 'running' and held_until < now then
  -- The attempt before was lost; the message is the caller's, so the job does not wait in between.
  lost = traced_attempt(tenant, id)
  if end_called_off(tenant, id, now) then return { false, lost } end
  begin_next_attempt(tenant, id, job.queue, job.weight, now, 'lost')
elseif job.status ~= 'queued' then
  return nothing()
end
local found, serves = claimable(tenant, id), {}
for i = 6, #ARGV do serves[ARGV[i]] = true end
local needs, by = choose(tenant, id, found)
local unserved = needs and ARGV[6] and not serves[needs]
local late = job.deadline_at and tonumber(job.deadline_at) <= now
-- It was passed on before, and its message came here again: another one lies in the list of its model.
local passed_on = job.queue == MODEL_QUEUE and job.status == 'queued'
if passed_on and unserved and not late then return nothing() end
pass_turn(tenant, job.queue, job.weight)
redis.call('ZREM', key.leases, tag)
if job.queue == MODEL_QUEUE and unserved and not late then
  -- Lost by a worker that serves its model: back to where that one had it from.
  put_in_front(tenant, job.list, ARGV[5], id)
  return { false, lost }
end
if passed_on then
  count_gone(record, tenant, job.queue, job.weight)
else
  count_out(tenant, job.queue, job.weight)
end
if late then
  finish(tenant, id, 'expired', now, { message = DEADLINE_PASSED })
  return { false, lost }
end
if unserved then
  wait_for_model(tenant, id, job.queue, ARGV[5], job.weight, needs, by)
  return { false, lost }
end
found[#found] = by or false
start(tenant, id, job.queue, tag, now, lease, found[3], nil, by)
hold(job.weight)
return { claim_of(tenant, id, tag, now, found), lost }
