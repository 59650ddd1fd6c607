-- uses: attempt, model_lists, turns
-- How long what is next in each queue has waited, of all organisations that wait there. ARGV: all queues (not KEYS: see
-- job/overview.lua)
-- Returns per queue the milliseconds, or -1 where nothing waits; then of what waits for a model, of single reviews and of
-- bulk work; and last those by which the first of the scheduled jobs is overdue. Of one of our messages they begin when the
-- job could have begun, of any other when it became the next.
local now, ages = now_ms(), {}

-- Since when a message has waited; `noted` tells it of those that are no job's. Nothing of a job that waits no more: its
-- message is passed over when a worker comes to it.
local function waits_since(message, noted)
  local task = task_of(message)
  if not task then return tonumber(noted or now) end
  local tenant, id = split_task(task)
  local job = get(key.job(tenant, id), 'status', 'created_at', 'due_at')
  if job.status == 'queued' then return math.max(tonumber(job.created_at), tonumber(job.due_at or 0)) end
end

-- Messages of jobs that wait no more, behind which the next one is looked for.
local PASSED_OVER = 32

-- How long the next one in a list has waited that is behind the first `called` ones.
local function age_of_next(list, called, noted)
  for i = -1 - called, -PASSED_OVER, -1 do
    local message = redis.call('LRANGE', list, i, i)[1]
    if not message then return -1 end
    local since = waits_since(message, noted)
    if since then return math.max(0, now - since) end
  end
  return 0
end

-- Of so many organisations whose turn is next, and of as many whose turn is last, the oldest is looked for: as long as no more
-- than twice as many wait at once, of all. Each costs some ten microseconds, and nobody is served meanwhile.
local LOOKED_AT = 100

local function oldest_in(queue)
  local called = called_up(queue, redis.call('LRANGE', queue, -1, -1)[1])
  local age = age_of_next(queue, called, redis.call('HGET', key.queue_heads, queue .. '_at'))
  if called == 1 then age = math.max(age, age_of_next(queue, 0)) end
  local turns = key.turns(queue)
  local tenants, seen = redis.call('ZRANGE', turns, 0, LOOKED_AT - 1), {}
  if #tenants == LOOKED_AT then joined(tenants, redis.call('ZRANGE', turns, -LOOKED_AT, -1)) end
  for _, who in ipairs(tenants) do
    if not seen[who] then age = math.max(age, age_of_next(key.waiting(who, queue), 0)) end
    seen[who] = true
  end
  return age
end

for i, queue in ipairs(ARGV) do ages[i] = oldest_in(queue) end
local single, bulk = -1, -1
for lane, list in each_model_list() do
  local age = age_of_next(list, 0)
  if lane == 'bulk' then bulk = math.max(bulk, age) else single = math.max(single, age) end
end
ages[#ages + 1], ages[#ages + 2] = single, bulk
local due = redis.call('ZRANGE', key.scheduled, 0, 0, 'WITHSCORES')[2]
ages[#ages + 1] = due and math.max(0, now - due) or -1
return ages
