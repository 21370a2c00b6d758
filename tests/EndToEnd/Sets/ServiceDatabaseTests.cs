using EndToEnd.Orders;
using EndToEnd.Systems;
using Npgsql;
using StackExchange.Redis;

namespace EndToEnd.Sets;

/// <summary>Tests that each service has its own database and role on PostgreSQL, and its own user and keys on Redis.</summary>
public sealed class ServiceDatabaseTests
{
    private static readonly string[] Services = ["customers", "inventory", "orders", "payments", "shipping"];

    [SkippableFact]
    public async Task A_PostgreSQL_role_can_connect_only_to_the_database_of_its_own_service()
    {
        await using var server = await PostgresRabbitSet.StartPostgresAsync();
        foreach (var service in Services)
        {
            foreach (var database in Services)
            {
                var login = PostgresRabbitSet.ConnectionOf(server, service, database);
                await using var connection = new NpgsqlConnection($"{login};Pooling=false");
                if (service == database)
                {
                    await connection.OpenAsync();
                    await using var create = new NpgsqlCommand("CREATE TABLE own (key text)", connection);
                    await create.ExecuteNonQueryAsync();
                }
                else
                {
                    var refusal = await Assert.ThrowsAsync<PostgresException>(connection.OpenAsync);
                    Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
                }
            }
        }
    }

    [SkippableFact]
    public async Task Orders_of_both_sagas_access_no_key_that_the_Redis_users_are_denied()
    {
        await using var set = await RedisSet.StartAsync(users: true);
        await using var system = await OrderSystem.StartAsync(set);
        foreach (var saga in (string[])["orchestration", "choreography"])
        {
            Assert.Equal("confirmed", (await system.Api.PlaceAndEndAsync(Api.Order(saga: saga))).Status);
            Assert.Equal("cancelled", (await system.Api.PlaceAndEndAsync(Api.Order(token: "tok_declined", saga: saga))).Status);
        }
        await system.EndsWellAsync();
        Assert.Empty(await set.RefusedKeysAsync());

        foreach (var service in Services)
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(set.OptionsOf(service));
            var database = connection.GetDatabase();
            await database.HashSetAsync($"{service}-store||own", "data", "1");
            foreach (var other in Services.Where(other => other != service))
            {
                var refusal = await Assert.ThrowsAsync<RedisServerException>(() => database.HashGetAsync($"{other}-store||own", "data"));
                Assert.StartsWith("NOPERM", refusal.Message, StringComparison.Ordinal);
            }
        }
    }
}
