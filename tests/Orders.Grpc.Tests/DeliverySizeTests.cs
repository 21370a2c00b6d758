using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orders.Grpc.Following;
using ServiceDefaults;

namespace Orders.Grpc.Tests;

/// <summary>A bulk of events may be longer than what a client may send.</summary>
public sealed class DeliverySizeTests
{
    [Fact]
    public async Task A_bulk_of_events_may_be_longer_than_the_body_of_a_client()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Services.AddFollowing();
        await using var app = builder.Build();
        app.MapFollowing();

        var bulk = Assert.Single(((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints), endpoint =>
            endpoint.DisplayName?.EndsWith("/OnBulkTopicEvent", StringComparison.Ordinal) == true
        );

        Assert.Equal(ServiceHost.MaxDeliveryBytes, bulk.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize);
        var options = app.Services.GetRequiredService<IOptions<GrpcServiceOptions<OrderEvents>>>().Value;
        Assert.Equal((int)ServiceHost.MaxDeliveryBytes, options.MaxReceiveMessageSize);
    }
}
