-- The lists in which jobs wait for one version of a model (`key.model_list`), and which messages in them are lost. Whoever
-- came later may be served first there, so that no mark tells. But a list that is empty is gone: it is counted how often each
-- has begun (`begun:LIST` in `key.flow`), and a job remembers with which of them its message was put in (`list_begun`).

-- A message was put into the list, which is now so `long`: that of a job, or (`id` is nil) of another Celery client.
local function note_begun(tenant, id, list, long)
  local field = 'begun:' .. list
  local begun = long == 1 and redis.call('HINCRBY', key.flow, field, 1) or redis.call('HGET', key.flow, field)
  if id then redis.call('HSET', key.job(tenant, id), 'list_begun', begun or 0) end
end

-- What was read of lists in this call.
local begun_now = {}

-- Whether the message of a job that waits in the list is there no more: the list is gone, or another one.
local function lost_in_list(list, begun)
  if not begun_now[list] then
    local there = redis.call('EXISTS', list) == 1
    begun_now[list] = there and tonumber(redis.call('HGET', key.flow, 'begun:' .. list) or 0) or math.huge
  end
  return tonumber(begun or 0) < begun_now[list]
end

-- Goes through the lists that there have been, with the lane of each.
local function each_model_list()
  local flow, i = redis.call('HGETALL', key.flow), -1
  return function()
    repeat
      i = i + 2
      local list = string.match(flow[i] or '', '^begun:(.*)$')
      if list then return string.match(list, '^([^:]*):', #MODEL_LISTS + 1), list end
    until not flow[i]
  end
end
