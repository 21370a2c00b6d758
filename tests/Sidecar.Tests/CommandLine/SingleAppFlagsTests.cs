using System.CommandLine;
using Sidecar.Apps;
using Sidecar.CommandLine;
using Sidecar.Yaml;

namespace Sidecar.Tests.CommandLine;

public sealed class SingleAppFlagsTests
{
    private readonly SingleAppFlags flags = new();

    [Fact]
    public void The_flags_of_dapr_run_mean_what_they_mean_there()
    {
        var options = Read(
            "-a shop -p 7001 -P grpc -H 3501 -G 50002 -I 50003 -M 9091 -c config.yaml --resources-path one --resources-path two "
                + "--app-channel-address 127.0.0.2 --app-max-concurrency 3 --max-body-size 8Mi --dapr-listen-addresses 127.0.0.1,::1 "
                + "--enable-api-logging --enable-app-health-check --app-health-check-path up --app-health-probe-interval 2 "
                + "--app-health-probe-timeout 100 --app-health-threshold 7"
        );

        Assert.Equal(("shop", 7001, "grpc", "127.0.0.2"), (options.AppId, options.AppPort, options.AppProtocol, options.AppChannelAddress));
        Assert.Equal((3501, 50002, 50003, 9091), (options.HttpPort, options.GrpcPort, options.InternalGrpcPort, options.MetricsPort));
        Assert.Equal([Path.GetFullPath("one"), Path.GetFullPath("two")], options.ResourcesPaths);
        Assert.Equal([Path.GetFullPath("config.yaml")], options.ConfigPaths);
        Assert.Equal((3, 8 << 20), (options.MaxConcurrency, options.MaxBodySize));
        Assert.Equal(["127.0.0.1", "::1"], options.ListenAddresses);
        Assert.Equal((true, true, "/up"), (options.ApiLogging, options.AppHealthCheck, options.AppHealthCheckPath));
        Assert.Equal(
            (TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(100), 7),
            (options.AppHealthProbeInterval, options.AppHealthProbeTimeout, options.AppHealthThreshold)
        );
    }

    [Fact]
    public void Without_flags_the_defaults_of_a_sidecar_apply_and_the_app_has_an_id_of_its_own()
    {
        var (first, second) = (Read("--app-port -1"), Read(""));

        var expected = new AppOptions
        {
            AppId = first.AppId,
            ListenAddresses = first.ListenAddresses,
            ResourcesPaths = first.ResourcesPaths,
            ConfigPaths = first.ConfigPaths,
            DisabledInitEndpoints = first.DisabledInitEndpoints,
            AllowedOrigins = first.AllowedOrigins,
        };
        Assert.Equal(expected, first);
        Assert.Equal(["localhost"], first.ListenAddresses);
        Assert.NotEqual(first.AppId, second.AppId);
    }

    [Fact]
    public void Without_resources_and_Configuration_those_of_dapr_init_apply()
    {
        var folder = Directory.CreateTempSubdirectory("home-");
        try
        {
            Assert.Empty(Read($"--runtime-path {folder.FullName}").ResourcesPaths);
            var components = folder.CreateSubdirectory(".dapr/components").FullName;
            var config = Path.Combine(folder.FullName, ".dapr", "config.yaml");
            File.WriteAllText(config, "");

            var options = Read($"--runtime-path {folder.FullName}");
            var given = Read($"--runtime-path {folder.FullName} --resources-path one --config two.yaml");

            Assert.Equal([components], options.ResourcesPaths);
            Assert.Equal([config], options.ConfigPaths);
            Assert.Equal([Path.GetFullPath("one")], given.ResourcesPaths);
            Assert.Equal([Path.GetFullPath("two.yaml")], given.ConfigPaths);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("GRPC", "grpc")]
    [InlineData("Https", "https")]
    [InlineData("http --app-ssl", "https")]
    [InlineData("GRPC --app-ssl", "grpcs")]
    public void A_protocol_is_read_in_any_case_and_with_the_former_flag_for_TLS(string given, string protocol) =>
        Assert.Equal(protocol, Read($"-a shop --app-protocol {given}").AppProtocol);

    [Theory]
    [InlineData("--app-protocol carrier-pigeon", "--app-protocol")]
    [InlineData("--app-port 7001 --dapr-http-port 7001", "7001")]
    [InlineData("--app-health-probe-timeout 6000", "health probe")]
    public void Options_that_daprd_refuses_are_refused(string commandLine, string named) =>
        Assert.Contains(
            named,
            Assert.Throws<InvalidConfigurationException>(() => Read($"-a shop {commandLine}")).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_flag_for_a_part_that_is_missing_here_is_accepted_and_named() =>
        Assert.Equal(["--placement-host-address"], flags.IgnoredOf(Parse("-a shop --placement-host-address localhost:50005")));

    [Fact]
    public void A_flag_that_describes_an_app_is_named()
    {
        Assert.Equal(["--app-port", "--config"], flags.GivenIn(Parse("--config other.yaml --app-port 7001")));
        Assert.Empty(flags.GivenIn(Parse("--log-as-json --runtime-path home")));
    }

    [Fact]
    public void Folders_of_resources_may_be_separated_by_commas() =>
        Assert.Equal(
            [Path.GetFullPath("one"), Path.GetFullPath("two"), Path.GetFullPath("three")],
            Read("--resources-path one,two --resources-path three").ResourcesPaths
        );

    [Fact]
    public void A_negative_maximum_body_size_means_the_default() =>
        Assert.Equal(AppOptions.DefaultMaxBodySize, Read("-a shop --max-body-size=-1").MaxBodySize);

    [Fact]
    public void A_size_that_is_none_is_refused_with_the_flags_name()
    {
        var refused = Assert.Throws<InvalidConfigurationException>(() => Read("-a shop --max-body-size many"));

        Assert.Contains("--max-body-size", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'many'", refused.Message, StringComparison.Ordinal);
    }

    private AppOptions Read(string commandLine) => flags.Read(Parse(commandLine));

    private ParseResult Parse(string commandLine)
    {
        var command = new Command("run");
        flags.AddTo(command);
        var result = command.Parse(commandLine);
        Assert.Empty(result.Errors);
        return result;
    }
}
