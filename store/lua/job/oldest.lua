-- uses: attempt, model_lists
-- How long what is next in each queue has waited. ARGV: all queues (not KEYS: see job/overview.lua)
-- Returns per queue the milliseconds, or -1 where nothing waits; then of what waits for a model, of single reviews and of
-- bulk work; and last those by which the first of the scheduled jobs is overdue. Of one of our messages they begin when the
-- job could have begun, of any other when it became the next.
local now, ages = now_ms(), {}

local function age_of_next(queue)
  local message = redis.call('LRANGE', queue, -1, -1)[1]
  if not message then return -1 end
  local task, since = task_of(message), nil
  if task then
    local tenant, id = split_task(task)
    local job = get(key.job(tenant, id), 'created_at', 'due_at')
    since = job.created_at and math.max(tonumber(job.created_at), tonumber(job.due_at or 0))
  end
  since = since or redis.call('HGET', key.queue_heads, queue .. '_at') or now
  return math.max(0, now - since)
end

for i, queue in ipairs(ARGV) do ages[i] = age_of_next(queue) end
local single, bulk = -1, -1
for lane, list in each_model_list() do
  local age = age_of_next(list)
  if lane == 'bulk' then bulk = math.max(bulk, age) else single = math.max(single, age) end
end
ages[#ages + 1], ages[#ages + 2] = single, bulk
local due = redis.call('ZRANGE', key.scheduled, 0, 0, 'WITHSCORES')[2]
ages[#ages + 1] = due and math.max(0, now - due) or -1
return ages
