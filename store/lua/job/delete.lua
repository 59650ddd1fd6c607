-- uses: job
-- Purges jobs, whatever their state. ARGV: tenant, id, ...   Returns how many were there.
local found = 0
for i = 1, #ARGV, 2 do
  if redis.call('HEXISTS', key.job(ARGV[i], ARGV[i + 1]), 'status') == 1 then
    purge(ARGV[i], ARGV[i + 1])
    found = found + 1
  end
end
return found
