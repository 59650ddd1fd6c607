-- uses: endpoint_health
-- Makes a test delivery. ARGV: clock offset, tenant, endpoint, subject
-- Returns {msg} | {'endpoint_deleted'} | {'endpoint_disabled'} | {'too_often', seconds}
local tenant, endpoint, subject = ARGV[2], ARGV[3], ARGV[4]
local shut, all = closed(key.endpoint(tenant, endpoint), endpoint)
if all then return { shut } end
local later = too_often(key.endpoint(tenant, endpoint), 'ping')
if later then return { 'too_often', later } end
local msg = delivery_id(subject, endpoint)
-- A connection that broke may have this run twice; the subject is another one for each ping.
if redis.call('EXISTS', key.delivery(tenant, msg)) == 0 then
  make_delivery(tenant, msg, endpoint, 'endpoint.ping', subject, now, now, 'ping')
end
return { msg }
