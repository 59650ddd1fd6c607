-- Purges jobs, whatever their state. ARGV: task, tenant, id, ...   Returns how many were there.
local found = 0
for i = 1, #ARGV, 3 do
  if redis.call('HEXISTS', record_key(ARGV[i + 1], ARGV[i + 2]), 'status') == 1 then
    purge(ARGV[i], ARGV[i + 1], ARGV[i + 2])
    found = found + 1
  end
end
return found
