using System.Text;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Actors;

namespace Sidecar.Tests.Blocks;

/// <summary>The time that running calls of actors get before their sidecar ends, as an app names it.</summary>
public sealed class ActorTypesTests
{
    [Theory]
    [InlineData("{}", 2)]
    [InlineData("{'drainOngoingCallTimeout':'0h0m5s0ms'}", 5)]
    [InlineData("{'drainOngoingCallTimeout':'5s','drainRebalancedActors':true}", 5)]
    [InlineData("{'drainOngoingCallTimeout':'5s','drainRebalancedActors':false}", 0)]
    [InlineData("{'drainOngoingCallTimeout':'29s'}", 29)]
    [InlineData("{'drainOngoingCallTimeout':'30s'}", 24)]
    [InlineData("{'drainOngoingCallTimeout':'1h'}", 24)]
    [InlineData("{'drainOngoingCallTimeout':'-1s'}", 0)]
    [InlineData("{'entitiesConfig':[{'entities':['Counter'],'drainOngoingCallTimeout':'5s'}]}", 2)]
    public void An_app_names_the_time_in_its_configuration(string json, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ActorTypes.Parse(Encoding.UTF8.GetBytes(json.Replace('\'', '"'))).Drain);

    [Fact]
    public void An_app_names_the_time_in_the_first_message_of_its_stream()
    {
        var initial = new SubscribeActorEventsRequestInitialAlpha1();
        Assert.Equal(TimeSpan.FromSeconds(2), ActorTypes.Of(initial).Drain);

        initial.DrainOngoingCallTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(5), ActorTypes.Of(initial).Drain);

        initial.DrainRebalancedActors = false;
        Assert.Equal(TimeSpan.Zero, ActorTypes.Of(initial).Drain);
    }
}
