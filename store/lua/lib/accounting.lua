-- Running totals of the queues: of all together (`kritiq:flow`) in sentences and, with `jobs_` in front, in jobs; of each
-- organisation (`kritiq:{tenant}:flow`) in sentences. After every script, of both:
--
--   in:Q = out:Q + gone:Q + waiting    waiting: the weight of the jobs that are queued in Q
--
-- and of all together:
--
--   held = the weight of the jobs that are running
--   scheduled = the weight of the jobs that are scheduled (of each organisation, too)
--   apart:Q = the messages that wait apart from Q, in lists of their organisations (`lib/turns.lua`)
--
-- `in` grows when a job is queued, `out` when its message is taken off, and `out` shrinks when a message is put back in
-- front of all of its organisation's that wait (an attempt that was lost or handed back). A job that stops waiting while its
-- message is still in the queue (canceled, expired, deleted) is `gone`; taking that message off moves it from gone to out. A
-- message that was lost counts as waiting until its queue is found empty, and then as out until the reconciler queues it
-- anew.
--
-- A record remembers one message that it left behind, the last (`left`). An id that came back (a task of a Celery client
-- that is tried again) may have left two: then the second to be taken off is counted by what its job weighs, and what the
-- totals then disagree on is put right when the queue is found empty.
--
-- `out` is thus how much of what an organisation queued in order has been taken off, and that is what a job's mark is
-- compared with: the `in` of its organisation when it was queued. tests/support/accounting.py recounts all this after every
-- step of the state machines.

local function count(total, tenant, queue, weight, jobs)
  redis.call('HINCRBY', key.flow, total .. ':' .. queue, weight)
  return redis.call('HINCRBY', key.tenant_flow(tenant), total .. ':' .. queue, weight),
    redis.call('HINCRBY', key.flow, 'jobs_' .. total .. ':' .. queue, jobs)
end

-- Counts messages of jobs out of their queue.
local function count_out(tenant, queue, weight, jobs) count('out', tenant, queue, weight, jobs or 1) end

-- Counts a job into its queue. Returns its mark, and its place among all jobs of the queue in the order in which they came.
local function count_in(tenant, queue, weight)
  local sentences, jobs = count('in', tenant, queue, weight, 1)
  if sentences == tonumber(weight) then redis.call('ZADD', key.tenant_flows, 0, tenant) end
  return int(sentences), int(jobs)
end

-- Counts a job into its queue whose message is put in front of its organisation's others, or never lies there at all.
local function count_back(tenant, queue, weight)
  count('out', tenant, queue, -tonumber(weight), -1)
  return redis.call('HGET', key.tenant_flow(tenant), 'in:' .. queue) or 0,
    redis.call('HGET', key.flow, 'jobs_in:' .. queue) or 0
end

-- What is held, and QUEUE_TOTALS: all that a job's place in its queue goes by, and what waits. Read at once: a call of a
-- command costs more than the reading.
local function totals() return redis.call('HMGET', key.flow, 'held', unpack(QUEUE_TOTALS)) end

-- Of what `totals` read, those of the queue with this number: into, out, gone, jobs_in, jobs_out, apart.
local function of_queue(flow, number) return unpack(flow, 6 * number - 4, 6 * number + 1) end

-- A job stops waiting, though its message is still in the queue. The record remembers with how much it was counted.
local function count_gone(record, tenant, queue, weight)
  count('gone', tenant, queue, weight, 1)
  redis.call('HSET', record, 'left', weight)
end

-- Counts the message of a job that no longer waits out of its queue.
local function count_out_gone(record, tenant, queue, weight)
  local left = redis.call('HGET', record, 'left')
  if left then
    redis.call('HDEL', record, 'left')
    count('gone', tenant, queue, -tonumber(left), -1)
    local rest = redis.call('HMGET', record, 'gone', 'celery')
    if rest[1] == '0' and not rest[2] then redis.call('DEL', record) end
  end
  count_out(tenant, queue, left or weight or 0)
end

-- Puts right what some totals of a queue that is empty disagree on. Returns whether they did.
local function set_empty(sums, queue)
  local out, jobs_out, gone, jobs_gone = 'out:' .. queue, 'jobs_out:' .. queue, 'gone:' .. queue, 'jobs_gone:' .. queue
  local flow = redis.call('HMGET', sums, 'in:' .. queue, out, gone, 'jobs_in:' .. queue, jobs_out, jobs_gone)
  local wrong = false
  if flow[1] and (flow[1] ~= flow[2] or (flow[3] or '0') ~= '0') then
    redis.call('HSET', sums, out, flow[1], gone, 0)
    wrong = true
  end
  if flow[4] and (flow[4] ~= flow[5] or (flow[6] or '0') ~= '0') then
    redis.call('HSET', sums, jobs_out, flow[4], jobs_gone, 0)
    wrong = true
  end
  return wrong
end

-- The queue is empty, and nobody waits apart from it: whatever the totals disagree on was counted for messages that were
-- lost. An idle worker finds it empty again and again, and then looks no further than at the totals of all together.
local function count_empty(queue)
  if not set_empty(key.flow, queue) then return end
  for _, tenant in ipairs(redis.call('ZRANGE', key.tenant_flows, 0, -1)) do set_empty(key.tenant_flow(tenant), queue) end
end

-- Whether every message up to a job's mark was taken off its queue.
local function passed(tenant, queue, mark)
  return tonumber(redis.call('HGET', key.tenant_flow(tenant), 'out:' .. (queue or '')) or 0) >= tonumber(mark or 0)
end

-- Jobs whose time has not come wait in no queue; they are counted by themselves.
local function count_scheduled(tenant, weight, jobs)
  redis.call('HINCRBY', key.flow, 'scheduled', weight)
  redis.call('HINCRBY', key.flow, 'jobs_scheduled', jobs)
  -- What an older release scheduled was not counted when it came.
  if redis.call('HINCRBY', key.tenant_flow(tenant), 'scheduled', weight) <= 0 then
    redis.call('HDEL', key.tenant_flow(tenant), 'scheduled')
  end
end

-- What an organisation's records hold, in bytes: `stored` of its totals. The share of each stands in it as `bytes`: its text,
-- what was sent with it (a batch and each of its chunks have that of all lines), and once it has succeeded its result. It goes
-- with the record, also where webhooks that are still due keep a copy without the text (`lib/delivery_forget.lua`).
local function count_stored(tenant, bytes) redis.call('HINCRBY', key.tenant_flow(tenant), 'stored', int(bytes)) end

local function hold(weight) redis.call('HINCRBY', key.flow, 'held', weight) end
local function let_go(weight) redis.call('HINCRBY', key.flow, 'held', -tonumber(weight or 0)) end

-- The sentences that wait, from three of a queue's totals.
local function waiting(into, out, gone) return math.max(0, (into or 0) - (out or 0) - (gone or 0)) end

-- Where a waiting job stands by what `totals` read, about: its number in the queue were there no turns, and the sentences
-- that come before its end. While others wait too, each of them has as many done as its own organisation has before it.
local function standing(tenant, flow, queue, mark, place)
  local before = math.max(0, flow[1] or 0)
  for i, name in ipairs(QUEUES) do
    local into, out, gone, _, jobs_out, apart = of_queue(flow, i)
    if name == queue then
      local ahead = math.max(0, mark - (redis.call('HGET', key.tenant_flow(tenant), 'out:' .. queue) or 0))
      if tonumber(apart or 0) > 0 then
        local shares = ahead * redis.call('ZCARD', key.turns(queue))
        ahead = math.max(ahead, math.min(shares, waiting(into, out, gone)))
      end
      return math.max(1, place - (jobs_out or 0)), before + ahead
    end
    before = before + waiting(into, out, gone)
  end
end

-- The sentences that wait in all queues, and the messages that Celery clients sent and nobody has looked at: each is a
-- sentence at least. The lists of theirs are seldom there at all, which one call tells. `flow` is what `totals` read.
local function backlog(flow)
  local known, unread = 0, 0
  for i, queue in ipairs(QUEUES) do
    local into, out, gone, jobs_in, jobs_out, apart = of_queue(flow, i)
    known = known + waiting(into, out, gone)
    if queue ~= MODEL_QUEUE then
      unread = unread + redis.call('LLEN', queue) + (apart or 0) - (jobs_in or 0) + (jobs_out or 0)
    end
  end
  if redis.call('EXISTS', unpack(CELERY_LISTS)) > 0 then
    for _, list in ipairs(CELERY_LISTS) do unread = unread + redis.call('LLEN', list) end
  end
  return known + math.max(0, unread)
end

-- Why nothing new may be made when the queues are full, or nil. What is to be done `later` fills no queue yet; as much
-- of it may be scheduled as may wait. `flow` is what `totals` read.
local function full(weight, limit, later, flow)
  if limit <= 0 then return end
  local all = later and tonumber(redis.call('HGET', key.flow, 'scheduled') or 0) or backlog(flow)
  if all > 0 and all + weight > limit then return { 'full', all } end
end
