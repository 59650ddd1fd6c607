-- uses: attempt
-- Hands claims back: their jobs wait again, at the head of their queue, and nobody is blamed. Those that were called off
-- meanwhile end.
-- ARGV: tags   Returns how many went back.
local now, back = now_ms(), 0
even_when_full()
for _, tag in ipairs(ARGV) do
  local queue, message, tenant, id = claimed(tag)
  if queue then
    unclaim(tag)
    meter_lost('released')
    local job = id and get(key.job(tenant, id), 'status', 'tag') or {}
    if not id then
      put_in_front('default', queue, message)
      back = back + 1
    elseif job.status == 'running' and job.tag == tag then
      if requeue(tenant, id, queue, message, now, 'released') == 'queued' then back = back + 1 end
    end
  end
end
return back
