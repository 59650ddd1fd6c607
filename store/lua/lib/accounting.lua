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

-- Counts a job into its queue, `ahead` of all that wait or behind them. The returned marks, in sentences and in jobs,
-- are what `off` is at least when the job's message has been taken off.
local function count_in(queue, weight, ahead)
  local sentences, jobs = count('in', queue, weight, 1)
  if ahead then count('ahead', queue, weight, 1) end
  local passed_by = redis.call('HMGET', key.flow, 'ahead:' .. queue, 'jobs_ahead:' .. queue)
  return int(sentences - (passed_by[1] or 0)), int(jobs - (passed_by[2] or 0))
end

-- How much of what was queued in order has been taken off, in sentences and in jobs.
local function off(queue)
  local flow = redis.call('HMGET', key.flow, 'out:' .. queue, 'jobs_out:' .. queue, 'ahead:' .. queue, 'jobs_ahead:' .. queue)
  return (flow[1] or 0) - (flow[3] or 0), (flow[2] or 0) - (flow[4] or 0)
end

-- Counts a job's message out of its queue.
local function count_out(queue, weight) count('out', queue, weight, 1) end

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
  for _, unit in ipairs({ '', 'jobs_' }) do
    local all, out, gone = unit .. 'in:' .. queue, unit .. 'out:' .. queue, unit .. 'gone:' .. queue
    local flow = redis.call('HMGET', key.flow, all, out, gone)
    -- An idle worker finds it empty again and again.
    if flow[1] and (flow[1] ~= flow[2] or (flow[3] or '0') ~= '0') then
      redis.call('HSET', key.flow, out, flow[1], gone, 0)
    end
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

-- Where a waiting job stands: its number in the queue, and the sentences that come before its end. All totals are read
-- at once; a call of a command costs more than the reading.
local function standing(queue, mark, place)
  local names = { 'held', 'out:' .. queue, 'jobs_out:' .. queue, 'ahead:' .. queue, 'jobs_ahead:' .. queue }
  for _, name in ipairs(QUEUES) do
    if name == queue then break end
    names[#names + 1], names[#names + 2], names[#names + 3] = 'in:' .. name, 'out:' .. name, 'gone:' .. name
  end
  local flow = redis.call('HMGET', key.flow, unpack(names))
  local sentences, jobs = (flow[2] or 0) - (flow[4] or 0), (flow[3] or 0) - (flow[5] or 0)
  local ahead = math.max(0, mark - sentences) + math.max(0, flow[1] or 0)
  for i = 6, #flow, 3 do ahead = ahead + waiting(flow[i], flow[i + 1], flow[i + 2]) end
  return math.max(1, place - jobs), ahead
end

-- The sentences that wait in all queues, and the messages that Celery clients sent and nobody has looked at: each is a
-- sentence at least. The lists of theirs are seldom there at all, which one call tells.
local function backlog()
  local names = {}
  for _, queue in ipairs(QUEUES) do
    for _, total in ipairs({ 'in:', 'out:', 'gone:', 'jobs_in:', 'jobs_out:' }) do names[#names + 1] = total .. queue end
  end
  local flow = redis.call('HMGET', key.flow, unpack(names))
  local known, unread = 0, 0
  for i, queue in ipairs(QUEUES) do
    local at = 5 * i - 4
    known = known + waiting(flow[at], flow[at + 1], flow[at + 2])
    unread = unread + redis.call('LLEN', queue) - (flow[at + 3] or 0) + (flow[at + 4] or 0)
  end
  if redis.call('EXISTS', unpack(CELERY_LISTS)) > 0 then
    for _, list in ipairs(CELERY_LISTS) do unread = unread + redis.call('LLEN', list) end
  end
  return known + math.max(0, unread)
end

-- Why nothing new may be made, or nil: the idempotency key was used before, or the queues are full. What is to be done
-- `later` fills no queue yet; as much of it may be scheduled as may wait.
local function refuse(tenant, weight, limit, idempotency, digest, later)
  if idempotency ~= '' then
    local seen = redis.call('GET', key.idempotency(tenant, idempotency))
    if seen then
      local first, id = string.match(seen, '^(%S+) (.+)$')
      return { first == digest and 'seen' or 'mismatch', id }
    end
  end
  if limit > 0 then
    local all = later and tonumber(redis.call('HGET', key.flow, 'scheduled') or 0) or backlog()
    if all > 0 and all + weight > limit then return { 'full', all } end
  end
end
