using EndToEnd.Orders;
using EndToEnd.Systems;
using Npgsql;
using StackExchange.Redis;

namespace EndToEnd.Sets;

/// <summary>Each service has a database and a role of its own on PostgreSQL, and a user with its own keys on a Redis that has users.</summary>
public sealed class ServiceDatabaseTests
{
    private static readonly string[] Services = ["customers", "inventory", "orders", "payments", "shipping"];

    [SkippableFact]
    public async Task A_role_on_PostgreSQL_reads_its_own_database_and_is_refused_at_every_other()
    {
        await using var set = await PostgresRabbitSet.StartAsync();
        foreach (var service in Services)
        {
            foreach (var database in Services)
            {
                await using var connection = new NpgsqlConnection($"{set.ConnectionOf(service, database)};Pooling=false");
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
    public async Task Orders_of_both_sagas_need_no_key_that_a_user_on_Redis_is_refused()
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
