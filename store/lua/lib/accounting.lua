-- Running totals of the queues (`kritiq:flow`), in sentences and, with `jobs_` in front, in jobs. After every script:
--
--   in:Q = out:Q + gone:Q + waiting    waiting: the weight of the jobs that are queued in Q
--   held = the weight of the jobs that are running
--   scheduled = the weight of the jobs that are scheduled
--
-- `in` grows when a job is queued, `out` when its message is taken off. A job that stops waiting while its message is
-- still in the queue (canceled, expired, deleted) is `gone`; taking that message off moves it from gone to out. A message
-- that was lost counts as waiting until its queue is found empty, and then as out until the reconciler queues it anew.
--
-- A record remembers one message that it left behind, the last (`left`). An id that came back (a task of a Celery client
-- that is tried again) may have left two: then the second to be taken off is counted by what its job weighs, and what the
-- totals then disagree on is put right when the queue is found empty.
--
-- `ahead` grows with `in` when a message is put in front of all that wait (an attempt that was lost or handed back) or
-- never lies in the queue at all. `out - ahead` is thus how much of what was queued in order has been taken off, and
-- that is what a job's mark is compared with: taking off one that was put in front passes nobody.
-- tests/support/accounting.py recounts all this after every step of the state machine.

local function count(total, queue, weight, jobs)
  return redis.call('HINCRBY', key.flow, total .. ':' .. queue, weight),
    redis.call('HINCRBY', key.flow, 'jobs_' .. total .. ':' .. queue, jobs)
end

-- All totals that a job's place in its queue goes by, and what waits: what is held, what was put ahead in `queue` in
-- sentences and in jobs, then QUEUE_TOTALS. Read at once: a call of a command costs more than the reading.
local function totals(queue)
  return redis.call('HMGET', key.flow, 'held', 'ahead:' .. queue, 'jobs_ahead:' .. queue, unpack(QUEUE_TOTALS))
end

-- Of what `totals` read, those of the queue with this number: into, out, gone, jobs_in, jobs_out.
local function of_queue(flow, number) return unpack(flow, 5 * number - 1, 5 * number + 3) end

-- Counts a job into its queue, `ahead` of all that wait or behind them. The returned marks, in sentences and in jobs,
-- are what `off` is at least when the job's message has been taken off. `flow`: what `totals` read before.
local function count_in(queue, weight, ahead, flow)
  local sentences, jobs = count('in', queue, weight, 1)
  if ahead then count('ahead', queue, weight, 1) end
  local passed_by = flow and { flow[2], flow[3] }
  if ahead or not flow then
    passed_by = redis.call('HMGET', key.flow, 'ahead:' .. queue, 'jobs_ahead:' .. queue)
  end
  return int(sentences - (passed_by[1] or 0)), int(jobs - (passed_by[2] or 0))
end

-- How much of what was queued in order has been taken off, in sentences and in jobs.
local function off(queue)
  local flow = redis.call('HMGET', key.flow, 'out:' .. queue, 'jobs_out:' .. queue, 'ahead:' .. queue, 'jobs_ahead:' .. queue)
  return (flow[1] or 0) - (flow[3] or 0), (flow[2] or 0) - (flow[4] or 0)
end

-- Counts the messages of `jobs` jobs (one, if it is left out) out of their queue.
local function count_out(queue, weight, jobs) count('out', queue, weight, jobs or 1) end

-- A job stops waiting, though its message is still in the queue. The record remembers with how much it was counted.
local function count_gone(record, queue, weight)
  count('gone', queue, weight, 1)
  redis.call('HSET', record, 'left', weight)
end

-- Counts the message of a job that no longer waits out of its queue.
local function count_out_gone(record, queue, weight)
  local left = redis.call('HGET', record, 'left')
  if left then
    redis.call('HDEL', record, 'left')
    count('gone', queue, -tonumber(left), -1)
  end
  count_out(queue, left or weight or 0)
end

-- The queue is empty: whatever the totals disagree on was counted for messages that were lost.
local function count_empty(queue)
  local out, jobs_out, gone, jobs_gone = 'out:' .. queue, 'jobs_out:' .. queue, 'gone:' .. queue, 'jobs_gone:' .. queue
  local flow = redis.call('HMGET', key.flow, 'in:' .. queue, out, gone, 'jobs_in:' .. queue, jobs_out, jobs_gone)
  -- An idle worker finds it empty again and again.
  if flow[1] and (flow[1] ~= flow[2] or (flow[3] or '0') ~= '0') then
    redis.call('HSET', key.flow, out, flow[1], gone, 0)
  end
  if flow[4] and (flow[4] ~= flow[5] or (flow[6] or '0') ~= '0') then
    redis.call('HSET', key.flow, jobs_out, flow[4], jobs_gone, 0)
  end
end

-- Whether every message up to a job's mark was taken off its queue.
local function passed(queue, mark)
  return off(queue or '') >= tonumber(mark or 0)
end

-- Jobs whose time has not come wait in no queue; they are counted by themselves.
local function count_scheduled(weight, jobs)
  redis.call('HINCRBY', key.flow, 'scheduled', weight)
  redis.call('HINCRBY', key.flow, 'jobs_scheduled', jobs)
end

local function hold(weight) redis.call('HINCRBY', key.flow, 'held', weight) end
local function let_go(weight) redis.call('HINCRBY', key.flow, 'held', -tonumber(weight or 0)) end

-- The sentences that wait, from three of a queue's totals.
local function waiting(into, out, gone) return math.max(0, (into or 0) - (out or 0) - (gone or 0)) end

-- Where a waiting job stands by what `totals` read: its number in the queue, and the sentences that come before its
-- end.
local function standing(flow, queue, mark, place)
  local ahead = math.max(0, flow[1] or 0)
  for i, name in ipairs(QUEUES) do
    local into, out, gone, _, jobs_out = of_queue(flow, i)
    if name == queue then
      ahead = ahead + math.max(0, mark - ((out or 0) - (flow[2] or 0)))
      return math.max(1, place - ((jobs_out or 0) - (flow[3] or 0))), ahead
    end
    ahead = ahead + waiting(into, out, gone)
  end
end

-- The sentences that wait in all queues, and the messages that Celery clients sent and nobody has looked at: each is a
-- sentence at least. The lists of theirs are seldom there at all, which one call tells. `flow` is what `totals` read.
local function backlog(flow)
  local known, unread = 0, 0
  for i, queue in ipairs(QUEUES) do
    local into, out, gone, jobs_in, jobs_out = of_queue(flow, i)
    known = known + waiting(into, out, gone)
    unread = unread + redis.call('LLEN', queue) - (jobs_in or 0) + (jobs_out or 0)
  end
  if redis.call('EXISTS', unpack(CELERY_LISTS)) > 0 then
    for _, list in ipairs(CELERY_LISTS) do unread = unread + redis.call('LLEN', list) end
  end
  return known + math.max(0, unread)
end

-- Why nothing new may be made under an idempotency key that was used before, or nil.
local function repeated(tenant, idempotency, digest)
  if idempotency == '' then return end
  local seen = redis.call('GET', key.idempotency(tenant, idempotency))
  if not seen then return end
  local first, id = string.match(seen, '^(%S+) (.+)$')
  return { first == digest and 'seen' or 'mismatch', id }
end

-- Why nothing new may be made when the queues are full, or nil. What is to be done `later` fills no queue yet; as much
-- of it may be scheduled as may wait. `flow` is what `totals` read.
local function full(weight, limit, later, flow)
  if limit <= 0 then return end
  local all = later and tonumber(redis.call('HGET', key.flow, 'scheduled') or 0) or backlog(flow)
  if all > 0 and all + weight > limit then return { 'full', all } end
end
