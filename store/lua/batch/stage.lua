-- uses: allowance
-- Keeps the lines of a chunk whose batch is still being read, for a while only: `batch/create` makes a chunk of them.
-- ARGV: tenant, chunk, text, lifetime in ms, bytes of the batch with this chunk, what the organisation may have of them
-- Returns 1, or 0 when the batch is more than it may have already: then nothing was kept
local tenant = ARGV[1]
local most = redis.call('HGET', key.tenant_limits(tenant), 'bytes') or ARGV[6]
if over_bytes(tenant, ARGV[5], tonumber(most)) then return 0 end
local record = key.job(tenant, ARGV[2])
redis.call('HSET', record, 'text', ARGV[3])
redis.call('PEXPIRE', record, ARGV[4])
return 1
