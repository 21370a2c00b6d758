using YamlDotNet.RepresentationModel;

namespace Architecture.Deployment;

/// <summary>Each service has a database, a role and a key prefix of its own, which no other service can use.</summary>
public sealed class DatabaseTests
{
    [Fact]
    public void A_service_has_its_own_database_on_PostgreSQL_and_its_own_keys_on_Redis()
    {
        var script = Repository.Read("deploy/postgres/databases.sql");
        var users = Repository.Read("deploy/redis/users.acl").Split('\n').ToDictionary(line => line.Split(' ').ElementAtOrDefault(1) ?? "");
        foreach (var file in Repository.Files.Where(file => file.StartsWith("components/redis/", StringComparison.Ordinal)))
        {
            var component = Repository.Yaml(file);
            var name = Yaml.Text(Yaml.Map(component, "metadata"), "name");
            if (name == "events")
            {
                var topics = Yaml.Metadata(component, "protectedTopics").Split(',', StringSplitOptions.TrimEntries);
                Assert.All(topics, topic => Assert.True(Allows(users["events"], topic), $"users.acl refuses topic '{topic}'"));
                continue;
            }
            var owner = ((YamlScalarNode)((YamlSequenceNode)component["scopes"]).Single()).Value!;
            var twin = Yaml.Metadata(
                Repository.Yaml(file.Replace("/redis/", "/postgres-rabbitmq/", StringComparison.Ordinal)),
                "connectionString"
            );
            Assert.Contains($" user={owner} password={owner} database={owner} ", twin, StringComparison.Ordinal);
            Assert.Contains($"CREATE ROLE {owner} LOGIN PASSWORD '{owner}';", script, StringComparison.Ordinal);
            Assert.Contains($"CREATE DATABASE {owner} OWNER {owner};", script, StringComparison.Ordinal);
            Assert.Contains($"REVOKE ALL ON DATABASE {owner} FROM PUBLIC;", script, StringComparison.Ordinal);

            var prefix = Yaml.Metadata(component, "keyPrefix") switch
            {
                "name" => name,
                "" => owner,
                var custom => custom,
            };
            Assert.All(users.Where(user => user.Key is not ("" or "default" or "admin")), user =>
                Assert.Equal(user.Key == owner, Allows(user.Value, $"{prefix}||a"))
            );
        }
    }

    /// <summary>True if a line of an ACL file allows a key; its patterns have a star at one end at most.</summary>
    private static bool Allows(string user, string key) =>
        user.Split(' ')
            .Where(word => word.StartsWith('~'))
            .Select(word => word[1..])
            .Any(pattern =>
                pattern.StartsWith('*') ? key.EndsWith(pattern[1..], StringComparison.Ordinal)
                : pattern.EndsWith('*') ? key.StartsWith(pattern[..^1], StringComparison.Ordinal)
                : key == pattern
            );
}
