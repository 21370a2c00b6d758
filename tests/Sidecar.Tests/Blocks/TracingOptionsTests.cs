using Sidecar.Tracing;

namespace Sidecar.Tests.Blocks;

public sealed class TracingOptionsTests
{
    [Theory]
    [InlineData("http://collector:4317", null, null, "collector:4317", "grpc", false)]
    [InlineData("https://collector:4318", "http/protobuf", null, "collector:4318", "http", true)]
    [InlineData("collector:4317", "grpc", "true", "collector:4317", "grpc", false)]
    public void Environment_variables_configure_a_collector(
        string address,
        string? protocol,
        string? insecure,
        string endpoint,
        string speaks,
        bool secure
    )
    {
        var options = TracingOptions.Default.Completed(
            Environment(("ENDPOINT", address), ("PROTOCOL", protocol), ("INSECURE", insecure), ("HEADERS", "a=1,b=2"), ("TIMEOUT", "5000"))
        );
        Assert.Equal(
            (endpoint, speaks, secure, "1", true),
            (options.Otel!.Endpoint, options.Otel.Protocol, options.Otel.IsSecure, options.SamplingRate, options.Exports)
        );
        Assert.Equal(["a=1", "b=2"], options.Otel.Headers);
        Assert.Equal(TimeSpan.FromSeconds(5), options.Otel.Timeout);
    }

    [Fact]
    public void The_Configuration_wins_over_environment_variables()
    {
        var configured = new TracingOptions { Otel = new OtelOptions("here:1", "grpc") { Headers = ["x=1"] } };
        var options = configured.Completed(Environment(("ENDPOINT", "http://there:2"), ("HEADERS", "y=2")));
        Assert.Equal(("here:1", true, null), (options.Otel!.Endpoint, options.Otel.IsSecure, options.SamplingRate));
        Assert.Equal(["x=1"], options.Otel.Headers);
    }

    [Fact]
    public void A_Zipkin_server_alone_exports_no_spans() => Assert.False(new TracingOptions { Zipkin = true, SamplingRate = "1" }.Exports);

    [Theory]
    [InlineData("collector:4318", "http", "https://collector:4318/v1/traces")]
    [InlineData("collector:4318/traces", "http", "https://collector:4318/traces")]
    [InlineData("collector:4317", "grpc", "https://collector:4317/")]
    [InlineData("collector:port", "grpc", null)]
    [InlineData("two words", "http", null)]
    [InlineData("collector:4317", "", null)]
    public void An_endpoint_that_is_no_address_exports_no_spans(string endpoint, string protocol, string? address)
    {
        var options = new TracingOptions { SamplingRate = "1", Otel = new OtelOptions(endpoint, protocol) };

        Assert.Equal(address, options.Otel?.Address?.AbsoluteUri);
        Assert.Equal(address is not null, options.Exports);
    }

    [Theory]
    [InlineData(null, 0.0001)]
    [InlineData("often", 0.0001)]
    [InlineData("0", 0)]
    [InlineData("0.5", 0.5)]
    public void A_missing_or_unreadable_sampling_rate_is_one_in_ten_thousand(string? text, double rate) =>
        Assert.Equal(rate, new TracingOptions { SamplingRate = text }.Rate);

    [Theory]
    [InlineData("", true)]
    [InlineData("key1=value1,key2=value2", true)]
    [InlineData(" key = value ; property ; other=1 , key2=", true)]
    [InlineData("key=%20a", true)]
    [InlineData("invalid-baggage", false)]
    [InlineData("=value", false)]
    [InlineData("k y=value", false)]
    [InlineData("key=va lue", false)]
    [InlineData("key=\"value\"", false)]
    [InlineData("key=value,,other=1", false)]
    public void Baggage_is_a_list_of_keys_with_values(string text, bool isBaggage) => Assert.Equal(isBaggage, Baggage.Fault(text) is null);

    private static Func<string, string?> Environment(params (string Name, string? Value)[] said) =>
        name => said.Where(item => name == "OTEL_EXPORTER_OTLP_" + item.Name).Select(item => item.Value).FirstOrDefault();
}
