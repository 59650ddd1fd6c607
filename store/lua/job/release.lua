-- Hands claims back: their jobs wait again, at the head of their queue, and nobody is blamed.
-- ARGV: tags   Returns how many went back.
local now, back = now_ms(), 0
even_when_full()
for _, tag in ipairs(ARGV) do
  local held = redis.call('HGET', 'kritiq:claims', tag)
  if held then
    local queue, message = string.match(held, '^([^\n]+)\n(.+)$')
    local task = cjson.decode(message).headers.id
    local tenant, id = split_task(task)
    local job = get(record_key(tenant, id), 'status', 'tag', 'weight')
    unclaim(tag)
    if unadopted(message, job, record_key(tenant, id)) then
      redis.call('RPUSH', queue, message)
      back = back + 1
    elseif job.status == 'running' and job.tag == tag then
      unhold(job.weight)
      requeue(task, tenant, id, queue, message, job.weight, now)
      back = back + 1
    end
  end
end
return back
