using Grpc.Core;
using Sidecar.Http;

namespace Sidecar.Tests.Blocks;

public sealed class GrpcHeadersTests
{
    [Theory]
    [InlineData("Cache-Control", "dapr-cache-control")]
    [InlineData("cookie", "dapr-cookie")]
    [InlineData("X-Mine", "x-mine")]
    public void Headers_of_HTTP_itself_have_a_prefix(string header, string name) => Assert.Equal(name, GrpcHeaders.NameOf(header));

    [Fact]
    public void A_binary_header_is_sent_as_the_bytes_of_its_text()
    {
        var metadata = new Metadata();
        Assert.Null(GrpcHeaders.Add(metadata, "x-mine-bin", "ä"));
        Assert.Equal("ä"u8.ToArray(), metadata.GetValueBytes("x-mine-bin"));
    }

    [Theory]
    [InlineData("x!mine", "1", "header key \"x!mine\" contains illegal characters not in [0-9a-z-_.]")]
    [InlineData("x-mine", "ä", "header key \"x-mine\" contains value with non-printable ASCII characters")]
    public void A_header_that_gRPC_cannot_send_is_refused(string name, string value, string problem)
    {
        var metadata = new Metadata();
        Assert.Equal(problem, GrpcHeaders.Add(metadata, name, value));
        Assert.Empty(metadata);
    }

    [Theory]
    [InlineData("content-type")]
    [InlineData("te")]
    [InlineData("user-agent")]
    [InlineData(":path")]
    public void Headers_that_the_library_sets_are_left_out(string name)
    {
        var metadata = new Metadata();
        Assert.Null(GrpcHeaders.Add(metadata, name, "x"));
        Assert.Empty(metadata);
    }
}
